package io.eventsource.sample.environment;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The environment, with its values checked. An empty variable counts as unset, as it does in shells and Compose files.
 *
 * @param source gives the value of a variable, or null
 */
record Variables(Function<String, @Nullable String> source) {

    private static final Pattern SECONDS = Pattern.compile("[0-9]{1,9}([.][0-9]{1,9})?");

    @Nullable String text(String name) {
        String value = source.apply(name);
        return value == null || value.isBlank() ? null : value.strip();
    }

    /** The first of the names that is set, or null. */
    @Nullable String firstSet(String... names) {
        for (String name : names) {
            if (text(name) != null) {
                return name;
            }
        }
        return null;
    }

    int number(@Nullable String name, int min, int max, int unset) {
        String value = name == null ? null : text(name);
        if (name == null || value == null) {
            return unset;
        }
        String expectation = "a whole number from %d to %d".formatted(min, max);
        try {
            int number = Integer.parseInt(value);
            if (number < min || number > max) {
                throw InvalidVariableException.of(name, value, expectation);
            }
            return number;
        } catch (NumberFormatException malformed) {
            throw InvalidVariableException.of(name, value, expectation);
        }
    }

    /** A number of seconds, or null when unset. */
    @Nullable Duration seconds(String name, Duration min) {
        String value = text(name);
        if (value == null) {
            return null;
        }
        String expectation = "a number of seconds from %s to 86400"
                .formatted(BigDecimal.valueOf(min.toMillis(), 3)
                        .stripTrailingZeros()
                        .toPlainString());
        if (!SECONDS.matcher(value).matches()) {
            throw InvalidVariableException.of(name, value, expectation);
        }
        Duration duration =
                Duration.ofMillis(new BigDecimal(value).movePointRight(3).longValue());
        if (duration.compareTo(min) < 0 || duration.compareTo(Duration.ofDays(1)) > 0) {
            throw InvalidVariableException.of(name, value, expectation);
        }
        return duration;
    }
}
