package io.eventsource.payload;

import java.lang.reflect.Array;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Currency;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Supplier;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.RandomGenerator;
import net.jqwik.api.Tuple;
import org.jspecify.annotations.Nullable;
import org.springframework.util.ClassUtils;

/** Values of any class by chance, edge cases often. */
@SuppressWarnings("JavaUtilDate")
final class RandomValues {

    private static final List<String> ZONES =
            List.of("Europe/Berlin", "UTC", "America/New_York", "Z", "+05:30", "GMT+2", "Asia/Kolkata");

    private final Random random;
    private final Map<Class<?>, Supplier<Object>> leaves = new HashMap<>();

    RandomValues(Random random) {
        this.random = random;
        leaf(String.class, Arbitraries.strings().ofMaxLength(12));
        leaf(Integer.class, Arbitraries.integers());
        leaf(Long.class, Arbitraries.longs());
        leaf(Short.class, Arbitraries.shorts());
        leaf(Byte.class, Arbitraries.bytes());
        leaf(
                Double.class,
                Arbitraries.oneOf(
                        Arbitraries.doubles(),
                        Arbitraries.of(
                                -0.0, 0.0, Double.NaN, 1e300, Double.MIN_VALUE, 1e22, Double.NEGATIVE_INFINITY)));
        leaf(
                Float.class,
                Arbitraries.oneOf(
                        Arbitraries.floats(),
                        Arbitraries.of(-0.0f, Float.NaN, Float.MIN_VALUE, Float.MIN_NORMAL, Float.MAX_VALUE)));
        leaf(Boolean.class, Arbitraries.of(true, false));
        leaf(Character.class, Arbitraries.chars());
        leaf(BigInteger.class, Arbitraries.bigIntegers());
        RandomGenerator<BigInteger> unscaled = Arbitraries.bigIntegers().generator(1000, true);
        RandomGenerator<Integer> scale = Arbitraries.frequencyOf(
                        Tuple.of(60, Arbitraries.integers().between(-4, 9)),
                        Tuple.of(10, Arbitraries.integers().between(-1_200, 1_200)),
                        Tuple.of(1, Arbitraries.of(16_383, -200_000, 20_000, 16_384, -131_071)))
                .generator(1000);
        leaves.put(
                BigDecimal.class,
                () -> new BigDecimal(
                        unscaled.next(random).value(), scale.next(random).value()));
        leaf(UUID.class, Arbitraries.create(UUID::randomUUID));
        times();
        leaf(
                URI.class,
                Arbitraries.of("urn:a", "https://example.org/a?b=c", "x/y").map(URI::create));
        leaf(Locale.class, Arbitraries.of(Locale.GERMANY, Locale.ROOT, Locale.CHINESE));
        leaf(Currency.class, Arbitraries.of("EUR", "JPY").map(Currency::getInstance));
        leaves.put(
                OptionalInt.class, () -> random.nextBoolean() ? OptionalInt.empty() : OptionalInt.of(random.nextInt()));
        leaves.put(
                OptionalLong.class,
                () -> random.nextBoolean() ? OptionalLong.empty() : OptionalLong.of(random.nextLong()));
        leaves.put(
                OptionalDouble.class,
                () -> random.nextBoolean() ? OptionalDouble.empty() : OptionalDouble.of((double) leaf(Double.class)));
    }

    private void times() {
        leaf(
                Instant.class,
                Arbitraries.longs()
                        .between(-99_999_999_999L, 99_999_999_999L)
                        .map(s -> Instant.ofEpochSecond(s, Math.abs(s % 1_000_000_000))));
        leaves.put(LocalDate.class, () -> LocalDate.ofEpochDay(random.nextInt(6_000_000) - 3_000_000));
        leaves.put(LocalTime.class, () -> LocalTime.ofNanoOfDay(random.nextLong(86_400_000_000_000L)));
        leaves.put(
                LocalDateTime.class,
                () -> LocalDateTime.of((LocalDate) leaf(LocalDate.class), (LocalTime) leaf(LocalTime.class)));
        leaves.put(
                OffsetDateTime.class,
                () -> OffsetDateTime.of(
                        (LocalDateTime) leaf(LocalDateTime.class),
                        ZoneOffset.ofTotalSeconds(60 * (random.nextInt(2160) - 1080))));
        leaves.put(
                ZonedDateTime.class,
                () -> ZonedDateTime.of((LocalDateTime) leaf(LocalDateTime.class), (ZoneId) leaf(ZoneId.class)));
        leaf(ZoneId.class, Arbitraries.of(ZONES).map(ZoneId::of));
        leaves.put(Duration.class, () -> Duration.ofSeconds(random.nextLong(), random.nextInt(1_000_000_000)));
        leaves.put(
                Period.class,
                () -> Period.of(random.nextInt(99) - 50, random.nextInt(99) - 50, random.nextInt(99) - 50));
        leaves.put(Year.class, () -> Year.of(random.nextInt(9_999) - 5_000));
        leaves.put(YearMonth.class, () -> YearMonth.of(random.nextInt(9_999), 1 + random.nextInt(12)));
        leaves.put(Date.class, () -> new Date(random.nextLong(4_000_000_000_000L) - 2_000_000_000_000L));
    }

    private <T> void leaf(Class<T> type, Arbitrary<? extends T> arbitrary) {
        RandomGenerator<? extends T> generator = arbitrary.generator(1000, true);
        leaves.put(type, () -> generator.next(random).value());
    }

    private Object leaf(Class<?> type) {
        Supplier<Object> leaf = leaves.get(type);
        if (leaf == null) {
            throw new IllegalStateException("no values of " + type);
        }
        return leaf.get();
    }

    /** A value of a class. */
    Object of(Class<?> type) {
        return make(type, type, 0);
    }

    private @Nullable Object any(Type type, int depth) {
        Class<?> raw = raw(type);
        boolean mayBeNull = !raw.isPrimitive() && !raw.getName().startsWith("java.util.Optional");
        return mayBeNull && random.nextInt(12) == 0 ? null : make(type, raw, depth);
    }

    private Object make(Type type, Class<?> raw, int depth) {
        Class<?> boxed = ClassUtils.resolvePrimitiveIfNecessary(raw);
        if (leaves.containsKey(boxed)) {
            return leaf(boxed);
        }
        if (raw.isEnum()) {
            return raw.getEnumConstants()[random.nextInt(raw.getEnumConstants().length)];
        }
        if (raw.isArray()) {
            Object array = Array.newInstance(raw.getComponentType(), random.nextInt(4));
            Type component = type instanceof java.lang.reflect.GenericArrayType generic
                    ? generic.getGenericComponentType()
                    : raw.getComponentType();
            for (int i = 0; i < Array.getLength(array); i++) {
                Array.set(array, i, any(component, depth + 1));
            }
            return array;
        }
        if (raw == List.class || raw == Set.class || raw == Optional.class) {
            return collection(raw, argument(type, 0), depth);
        }
        if (raw == Map.class || raw == SortedMap.class) {
            return map(raw, argument(type, 0), argument(type, 1), depth);
        }
        if (raw.isSealed() && raw.isInterface()) {
            Class<?>[] permitted = raw.getPermittedSubclasses();
            Class<?> chosen = permitted[random.nextInt(permitted.length)];
            return make(chosen, chosen, depth);
        }
        return construct(raw, depth);
    }

    private Object collection(Class<?> raw, Type element, int depth) {
        if (raw == Optional.class) {
            return random.nextInt(3) == 0 ? Optional.empty() : Optional.of(make(element, raw(element), depth + 1));
        }
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            list.add(any(element, depth + 1));
        }
        return raw == List.class ? list : new HashSet<>(list);
    }

    private Object map(Class<?> raw, Type key, Type value, int depth) {
        Map<Object, @Nullable Object> map = raw == SortedMap.class ? new TreeMap<>() : new HashMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            map.put(make(key, raw(key), depth + 1), any(value, depth + 1));
        }
        return map;
    }

    private Object construct(Class<?> type, int depth) {
        Constructor<?> constructor = type.getDeclaredConstructors()[0];
        Type[] parameters = constructor.getGenericParameterTypes();
        @Nullable Object[] arguments = new Object[parameters.length];
        for (int i = 0; i < parameters.length; i++) {
            arguments[i] = any(parameters[i], depth + 1);
        }
        try {
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException failure) {
            throw new IllegalStateException(failure);
        }
    }

    private static Type argument(Type type, int index) {
        return ((ParameterizedType) type).getActualTypeArguments()[index];
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> raw) {
            return raw;
        }
        if (type instanceof ParameterizedType parameterized) {
            return (Class<?>) parameterized.getRawType();
        }
        if (type instanceof java.lang.reflect.GenericArrayType array) {
            return Array.newInstance(raw(array.getGenericComponentType()), 0).getClass();
        }
        throw new IllegalStateException("a type that was to be refused: " + type);
    }
}
