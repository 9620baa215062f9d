package io.eventsource.testing;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.testing.EffectLog.Order;
import io.eventsource.testing.TestEvents.Deposited;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The checks of the effect log find what they are there for. */
@OnEachPostgres
class EffectLogIT {

    private final JdbcTemplate jdbc;
    private final EffectLog log;
    private final String projection = "p-" + UUID.randomUUID();
    private final UUID stream = UUID.randomUUID();
    private final long first;

    /** A log of three deposits in one stream, with a withdrawal between the first and the second. */
    EffectLogIT(TestDatabase database) {
        this.jdbc = database.jdbc();
        EventStore store = database.store();
        long base = jdbc.queryForList("SELECT coalesce(max(position), 0) FROM eventsource.events", Long.class)
                .get(0);
        AppendResult result = store.append(StreamAppend.to(
                "account", stream, new Deposited(1), new Withdrawn(1), new Deposited(1), new Deposited(1)));
        this.first = result.firstPosition();
        this.log = new EffectLog(jdbc, base);
        log.begin(projection);
    }

    private void effects(int... versions) {
        for (int version : versions) {
            jdbc.update(EffectLog.INSERT, projection, first + version - 1, stream, version);
        }
    }

    private void checkpoint(long position) {
        jdbc.update(
                "UPDATE eventsource.projection_checkpoints SET position = ? WHERE projection_name = ?",
                position,
                projection);
    }

    private List<String> inTheEnd(Order order) {
        return log.violationsInTheEnd(projection, order, true);
    }

    private List<String> seen() {
        return log.look(jdbc, projection).violations(projection, true);
    }

    @Test
    void all_effects_once_and_in_order_are_no_violation() {
        effects(1, 3, 4);
        checkpoint(first + 3);
        assertThat(inTheEnd(Order.OF_THE_LOG)).isEmpty();
        assertThat(inTheEnd(Order.WITHIN_BUCKETS)).isEmpty();
        assertThat(seen()).isEmpty();
        assertThat(log.events()).containsExactly(first, first + 2, first + 3);
    }

    @Test
    void a_skipped_event_is_found() {
        effects(1, 4);
        assertThat(log.unhandled(projection)).isEqualTo(1);
        assertThat(inTheEnd(Order.OF_THE_LOG)).singleElement().asString().contains("skipped 1 positions");
        checkpoint(first + 1);
        assertThat(seen()).singleElement().asString().contains("1 effects behind it");
        checkpoint(first + 3);
        assertThat(seen()).singleElement().asString().contains("no effect of 1 events");
    }

    @Test
    void a_repeated_effect_is_found() {
        effects(1, 3, 4, 4);
        checkpoint(first + 3);
        assertThat(inTheEnd(Order.WITHIN_BUCKETS)).anyMatch(each -> each.contains("repeated 1 positions"));
        assertThat(seen()).singleElement().asString().contains("1 effects twice");
        assertThat(log.violationsInTheEnd(projection, Order.WITHIN_BUCKETS, false))
                .isEmpty();
    }

    @Test
    void an_effect_of_what_is_not_in_the_log_is_found() {
        effects(1, 2, 3, 4);
        assertThat(inTheEnd(Order.OF_THE_LOG)).singleElement().asString().contains("not in the log, 1 positions");
    }

    @Test
    void effects_out_of_order_are_found() {
        effects(3, 1, 4);
        assertThat(inTheEnd(Order.WITHIN_BUCKETS))
                .anyMatch(each -> each.contains("out of place 1 positions"))
                .anyMatch(each -> each.contains("saw version 1 of " + stream + " behind version 3"));
    }

    @Test
    void two_instances_in_one_epoch_of_an_owned_segment_are_found() {
        effects(1, 3, 4);
        jdbc.update(
                """
                UPDATE effect_log SET segment = 0, epoch = 7, owner = 'a',
                       instance = CASE WHEN version = 4 THEN 'b' ELSE 'a' END
                 WHERE projection = ?""",
                projection);
        assertThat(inTheEnd(Order.OF_THE_LOG))
                .satisfiesExactly(
                        first ->
                                assertThat(first).contains("b handled position").contains("which a owned"),
                        second -> assertThat(second).contains("a and b in the epoch 7"));
    }

    @Test
    void a_signed_effect_names_instance_segment_and_epoch() {
        assertThat(jdbc.update(EffectLog.INSERT_SIGNED, "i", projection, first)).isEqualTo(1);
        assertThat(jdbc.queryForList(
                        "SELECT concat_ws('/', instance, segment, epoch, version) FROM effect_log WHERE projection = ?",
                        String.class,
                        projection))
                .containsExactly("i/0/0/1");
    }

    @Test
    void totals_that_differ_from_the_log_are_found() {
        AccountTotals totals = AccountTotals.create(jdbc);
        assertThat(totals.violations(projection, log.base()))
                .singleElement()
                .asString()
                .contains("another row for " + stream);
    }
}
