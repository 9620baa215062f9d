package io.eventsource.payload;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A name and a number, equal by both. */
abstract class GeneratedValues {
    abstract Object name();

    abstract Object count();

    @Override
    public final boolean equals(@Nullable Object other) {
        return other instanceof GeneratedValues values
                && values.getClass() == getClass()
                && values.name().equals(name())
                && values.count().equals(count());
    }

    @Override
    public final int hashCode() {
        return Objects.hash(name(), count());
    }
}
