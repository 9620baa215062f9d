package io.eventsource.payload;

import java.io.File;
import java.lang.reflect.Array;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.OffsetTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.TimeZone;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JavaType;

/**
 * Values that show whether a type comes back from JSON: those that a format loses first (an offset, a zone, nanoseconds, a
 * scale, the largest and the smallest). Types of the JDK that have none here are not proven.
 */
final class Samples {

    private static final Map<Class<?>, List<Object>> VALUES = values();

    private Samples() {}

    private static Map<Class<?>, List<Object>> values() {
        Map<Class<?>, List<Object>> values = new HashMap<>();
        both(values, boolean.class, Boolean.class, true, false);
        both(values, char.class, Character.class, 'a', ' ', '"', 'é');
        both(values, byte.class, Byte.class, Byte.MIN_VALUE, Byte.MAX_VALUE);
        both(values, short.class, Short.class, Short.MIN_VALUE, Short.MAX_VALUE);
        both(values, int.class, Integer.class, Integer.MIN_VALUE, Integer.MAX_VALUE, 0);
        both(values, long.class, Long.class, Long.MIN_VALUE, Long.MAX_VALUE, 0L);
        both(values, float.class, Float.class, 0.1f, Float.MAX_VALUE, Float.MIN_VALUE, -0.0f, Float.NaN, 16777216f);
        both(
                values,
                double.class,
                Double.class,
                0.1,
                Double.MAX_VALUE,
                Double.MIN_VALUE,
                -0.0,
                Double.NEGATIVE_INFINITY,
                1e17);
        put(
                values,
                BigDecimal.class,
                new BigDecimal("1.10"),
                new BigDecimal("1E+2"),
                new BigDecimal("0E-5"),
                new BigDecimal("-12345678901234567890.123456789"));
        put(values, BigInteger.class, BigInteger.TEN.pow(40), BigInteger.valueOf(-1));
        put(values, String.class, "a \"quoted\" text\n", "", "1E5", "true", "2026-01-02");
        put(values, UUID.class, new UUID(1, 2));
        put(values, URI.class, URI.create("https://example.org/a?b=c#d"));
        put(values, File.class, new File("a/b.txt"));
        put(values, Locale.class, Locale.forLanguageTag("zh-Hans-CN"), Locale.GERMANY, Locale.ROOT);
        put(values, Currency.class, Currency.getInstance("EUR"));
        put(values, TimeZone.class, TimeZone.getTimeZone("Europe/Berlin"));
        put(values, Charset.class, StandardCharsets.UTF_8);
        put(values, Class.class, String.class, int.class);
        times(values);
        put(values, OptionalInt.class, OptionalInt.empty(), OptionalInt.of(3));
        put(values, OptionalLong.class, OptionalLong.empty(), OptionalLong.of(Long.MAX_VALUE));
        put(values, OptionalDouble.class, OptionalDouble.empty(), OptionalDouble.of(0.1));
        put(values, boolean[].class, new boolean[0], new boolean[] {true, false});
        put(values, byte[].class, new byte[0], new byte[] {-1, 0, 127});
        put(values, short[].class, new short[] {Short.MIN_VALUE});
        put(values, char[].class, "chars".toCharArray(), new char[0]);
        put(values, int[].class, new int[0], new int[] {1}, new int[] {Integer.MIN_VALUE, 2});
        put(values, long[].class, new long[0], new long[] {Long.MAX_VALUE});
        put(values, float[].class, new float[] {0.1f, -0.0f, Float.NaN});
        put(values, double[].class, new double[] {0.1, -0.0, 1e300, Double.NaN});
        return Map.copyOf(values);
    }

    private static void times(Map<Class<?>, List<Object>> values) {
        String local = "2026-10-25T02:30:01.123456789";
        put(values, Instant.class, Instant.parse(local + "Z"), Instant.parse("-0044-03-15T12:00:00Z"));
        put(values, LocalDate.class, LocalDate.parse("2026-02-28"), LocalDate.of(12345, 1, 1));
        put(values, LocalTime.class, LocalTime.parse("23:59:59.123456789"), LocalTime.NOON);
        put(values, LocalDateTime.class, LocalDateTime.parse(local), LocalDateTime.parse("2026-01-02T00:00"));
        put(
                values,
                OffsetDateTime.class,
                OffsetDateTime.parse(local + "+05:30"),
                OffsetDateTime.parse(local + "-08:00"),
                OffsetDateTime.parse(local + "Z"));
        put(values, OffsetTime.class, OffsetTime.parse("12:00:00.5+05:30"));
        put(
                values,
                ZonedDateTime.class,
                ZonedDateTime.parse(local + "+01:00[Europe/Berlin]"),
                ZonedDateTime.parse(local + "+02:00[Europe/Berlin]"),
                ZonedDateTime.parse(local + "Z[UTC]"),
                ZonedDateTime.parse(local + "-03:00"));
        put(values, ZoneId.class, ZoneId.of("Europe/Berlin"), ZoneId.of("UTC"), ZoneOffset.ofHours(-3));
        put(values, ZoneOffset.class, ZoneOffset.ofHoursMinutes(5, 30), ZoneOffset.UTC);
        put(values, Duration.class, Duration.ofNanos(1_000_000_001), Duration.ofSeconds(-1, 5), Duration.ofDays(400));
        put(values, Period.class, Period.of(1, 14, -40), Period.ZERO);
        put(values, Year.class, Year.of(2026), Year.of(-44));
        put(values, YearMonth.class, YearMonth.of(2026, 2));
        put(values, MonthDay.class, MonthDay.of(2, 29));
        put(
                values,
                Date.class,
                Date.from(Instant.ofEpochMilli(1_767_323_045_123L)),
                Date.from(Instant.ofEpochMilli(-1)));
    }

    private static void put(Map<Class<?>, List<Object>> values, Class<?> type, Object... samples) {
        values.put(type, List.of(samples));
    }

    private static void both(
            Map<Class<?>, List<Object>> values, Class<?> primitive, Class<?> boxed, Object first, Object... samples) {
        List<Object> all =
                Stream.concat(Stream.of(first), Arrays.stream(samples)).toList();
        values.put(primitive, all);
        values.put(boxed, all);
    }

    /** Whether a class holds one value, of which there are samples. */
    static boolean has(Class<?> type) {
        return VALUES.containsKey(type) || type.isEnum();
    }

    /** Whether a class is of the JDK. */
    static boolean isPlatform(Class<?> type) {
        return type.isPrimitive()
                || type.getName().startsWith("java.")
                || type.getName().startsWith("javax.")
                || type.getName().startsWith("jdk.")
                || type.getName().startsWith("sun.");
    }

    /** Samples of a type that is made of values, collections, maps and optionals only; otherwise null. */
    static @Nullable List<Object> of(JavaType type) {
        Class<?> raw = type.getRawClass();
        if (raw.isEnum()) {
            return List.of(raw.getEnumConstants());
        }
        List<Object> values = VALUES.get(raw);
        if (values != null) {
            return values;
        }
        JavaType contentType = type.getContentType();
        if (contentType == null || !(raw.isArray() || Containers.isKnown(raw) || raw == Optional.class)) {
            return null;
        }
        List<Object> content = of(contentType);
        if (content == null || content.isEmpty()) {
            return null;
        }
        return raw.isArray()
                ? arrays(contentType.getRawClass(), content)
                : raw == Optional.class ? optionals(content) : containers(type, content);
    }

    private static List<Object> optionals(List<Object> content) {
        List<Object> samples = new ArrayList<>(List.of(Optional.empty()));
        content.forEach(each -> samples.add(Optional.of(each)));
        return samples;
    }

    private static List<Object> arrays(Class<?> type, List<Object> content) {
        List<Object> samples = new ArrayList<>();
        for (int length : new int[] {0, 1, content.size()}) {
            Object array = Array.newInstance(type, length);
            for (int i = 0; i < length; i++) {
                Array.set(array, i, content.get(i));
            }
            samples.add(array);
        }
        return samples;
    }

    private static @Nullable List<Object> containers(JavaType type, List<Object> content) {
        List<Object> samples = new ArrayList<>();
        for (int length : new int[] {0, 1, content.size()}) {
            Object container;
            if (type.getKeyType() == null) {
                container = Containers.of(type.getRawClass(), content.subList(0, length));
            } else {
                List<Object> keys = of(type.getKeyType());
                Map<Object, Object> map = new LinkedHashMap<>();
                for (int i = 0; keys != null && i < Math.min(length, keys.size()); i++) {
                    map.put(keys.get(i), content.get(i));
                }
                container = Containers.of(type.getRawClass(), map);
            }
            if (container != null) {
                samples.add(container);
            }
        }
        return samples;
    }

    /** Maps with one of the samples of a type as key each, and one with all. */
    static List<Object> mapsOf(JavaType key) {
        List<Object> keys = of(key);
        List<Object> samples = new ArrayList<>();
        Map<Object, Object> all = new LinkedHashMap<>();
        if (keys != null) {
            keys.forEach(each -> {
                all.put(each, all.size());
                samples.add(Map.of(each, 1));
            });
        }
        samples.add(all);
        return samples;
    }
}
