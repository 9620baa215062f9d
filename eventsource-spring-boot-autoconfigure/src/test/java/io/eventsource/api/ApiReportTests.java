package io.eventsource.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class ApiReportTests {

    @Test
    void a_report_has_public_types_and_what_other_packages_can_use_of_them() {
        assertThat(ApiReport.of(List.of(
                        ApiExample.Square.class,
                        ApiExample.Shape.class,
                        ApiExample.Secret.class,
                        ApiExample.Secret.Inside.class,
                        ApiExample.Colour.class,
                        ApiExample.Painter.class)))
                .isEqualTo(
                        """
                        public static final enum io.eventsource.api.ApiExample.Colour
                            public static final io.eventsource.api.ApiExample.Colour RED
                        public abstract static class io.eventsource.api.ApiExample.Painter<T extends io.eventsource.api.ApiExample.Shape & Comparable<T>> extends Thread
                            protected final int[][] pixels
                            protected Painter(java.util.Map<String, ? extends T>)
                            protected abstract int paint(io.eventsource.api.ApiExample.Colour)
                        public static sealed interface io.eventsource.api.ApiExample.Shape
                            public static final int EDGES
                            public abstract double area()
                            public default <T extends Comparable<T>> @Nullable T scaled(java.util.function.Function<? super io.eventsource.api.ApiExample.Shape, @Nullable T>, String[]) throws java.io.IOException
                        public static final record io.eventsource.api.ApiExample.Square implements io.eventsource.api.ApiExample.Shape
                            public Square(double, java.util.List<@Nullable String>)
                            public double area()
                            public double edge()
                            public java.util.List<@Nullable String> names()
                        """);
    }
}
