package io.eventsource.payload;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.Seeds;
import io.eventsource.testing.TestDatabase;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import net.jqwik.api.sessions.JqwikSession;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * Classes and values by chance: what the proof accepts comes back equal from PostgreSQL, by itself, without the comparison of the
 * first values. {@code -Deventsource.test.property-cases} makes it longer, {@code -Deventsource.test.seed} repeats a run.
 */
@OnNewestPostgres
class ReadBackPropertyIT {

    /** To the last digit. */
    private static final JsonMapper TREES = JsonMapper.builder(StoredJson.factory())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private static final Logger log = LoggerFactory.getLogger(ReadBackPropertyIT.class);

    private static final int CASES = Integer.getInteger("eventsource.test.property-cases", 10_000);
    private static final int CLASSES_AT_ONCE = 250;
    private static final int VALUES_OF_A_CLASS = 20;

    private final JdbcTemplate jdbc;
    private final PayloadSerializer serializer = PayloadSerializer.json();

    ReadBackPropertyIT(TestDatabase database) {
        this.jdbc = database.jdbc();
    }

    private record Case(Class<?> type, Object value, String json) {}

    private int accepted;
    private int refusedClasses;
    private int refusedValues;
    private int classes;

    @Test
    void what_is_accepted_comes_back_equal_and_what_is_refused_is_refused_before_it_is_stored() {
        long seed = Seeds.next(getClass());
        Random random = new Random(seed);
        JqwikSession.run(() -> {
            while (accepted + refusedClasses + refusedValues < CASES) {
                round(random, seed);
            }
        });
        log.info(
                "{} classes, {} of them refused; {} values came back equal, {} were refused",
                classes,
                refusedClasses,
                accepted,
                refusedValues);
        assertThat(refusedClasses).isBetween(classes / 50, classes / 2);
        assertThat(accepted).isGreaterThan(CASES / 2);
    }

    private void round(Random random, long seed) {
        GeneratedTypes types = new GeneratedTypes(random);
        RandomValues values = new RandomValues(random);
        List<Case> cases = new ArrayList<>();
        PayloadProof proof = new PayloadProof(serializer);
        for (Class<?> type : types.generate(CLASSES_AT_ONCE)) {
            classes++;
            try {
                proof.prove(List.of(type));
            } catch (UnprovenTypeException refused) {
                refusedClasses++;
                continue;
            }
            for (int i = 0; i < VALUES_OF_A_CLASS; i++) {
                Object value = values.of(type);
                try {
                    cases.add(new Case(type, value, proof.writeUncompared(value)));
                } catch (EventEncodingException refused) {
                    refusedValues++;
                }
            }
        }
        List<String> stored = throughPostgres(cases);
        for (int i = 0; i < cases.size(); i++) {
            check(cases.get(i), stored.get(i), types, seed);
            accepted++;
        }
    }

    private List<String> throughPostgres(List<Case> cases) {
        String[] texts = cases.stream().map(Case::json).toArray(String[]::new);
        return jdbc.queryForList(
                "SELECT stored::jsonb::text FROM unnest(?) WITH ORDINALITY AS given (stored, place) ORDER BY place",
                String.class,
                (Object) texts);
    }

    private Object read(Case each, String stored, GeneratedTypes types, long seed) {
        try {
            return serializer.deserialize(stored, each.type());
        } catch (RuntimeException failure) {
            throw new AssertionError(
                    "seed %d, %s, stored as %s".formatted(seed, types.sourceOf(each.type()), stored), failure);
        }
    }

    private void check(Case each, String stored, GeneratedTypes types, long seed) {
        Object back = read(each, stored, types, seed);
        if (!each.value().equals(back)) {
            // arrays, and classes without equals; the own comparison is left out, so that it does not judge itself
            assertThat(back)
                    .as("seed %d, %s, stored as %s", seed, types.sourceOf(each.type()), stored)
                    .usingRecursiveComparison()
                    .withComparatorForType(Comparator.nullsFirst(Double::compare), Double.class)
                    .withComparatorForType(Comparator.nullsFirst(Float::compare), Float.class)
                    .isEqualTo(each.value());
        }
        assertThat(TREES.readTree(ReadBack.asStored(each.json())))
                .as("seed %d, what PostgreSQL makes of %s", seed, each.json())
                .isEqualTo(TREES.readTree(stored));
    }
}
