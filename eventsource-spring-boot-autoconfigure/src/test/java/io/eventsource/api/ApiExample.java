package io.eventsource.api;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Something of each kind, for {@link ApiReportTests}. */
public final class ApiExample {

    private ApiExample() {}

    public sealed interface Shape permits Square, Secret {

        int EDGES = 4;

        double area();

        default <T extends Comparable<T>> @Nullable T scaled(
                Function<? super Shape, @Nullable T> scale, String... names) throws IOException {
            return scale.apply(this);
        }
    }

    public record Square(double edge, List<@Nullable String> names) implements Shape {

        @Override
        public double area() {
            return edge * edge;
        }

        void packagePrivate() {}
    }

    record Secret(double area) implements Shape {

        public record Inside() {}
    }

    public enum Colour {
        RED
    }

    public abstract static class Painter<T extends Shape & Comparable<T>> extends Thread {

        protected final int[][] pixels = {};
        private int secret;

        protected Painter(Map<String, ? extends T> shapes) {
            secret = shapes.size();
        }

        protected abstract int paint(Colour colour);

        int packagePrivate() {
            return secret;
        }
    }
}
