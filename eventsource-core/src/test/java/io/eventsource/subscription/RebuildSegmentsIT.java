package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import io.eventsource.testing.TestEvents;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.support.JdbcTransactionManager;

/** A rebuild of segments that are cut, merged or given away meanwhile. */
@OnEachPostgres
class RebuildSegmentsIT extends RebuildFixture {

    RebuildSegmentsIT(TestDatabase database) {
        super(database);
    }

    @Test
    void segments_that_are_being_merged_are_one_when_a_rebuild_has_set_them_back() {
        List<Long> positions = deposit(10);
        jdbc.update(
                """
                INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position)
                SELECT projection_name, 512, position FROM eventsource.projection_checkpoints WHERE projection_name = ?""",
                name);
        jdbc.update(
                """
                UPDATE eventsource.projection_checkpoints
                   SET merge_into = 0, merge_at = ?, position = CASE segment WHEN 0 THEN ? ELSE position END,
                       last_bucket = CASE segment WHEN 0 THEN 511 ELSE 1023 END
                 WHERE projection_name = ?""",
                positions.get(0),
                positions.get(0),
                name);
        SubscriptionSettings fromTheSixth = startingFrom(quick(10), new StartPosition.After(positions.get(4)));
        SubscriptionManager manager = manager(new Tuning(fromTheSixth, SHORT), resettable(Delivery.EXACTLY_ONCE));

        manager.rebuild(name);
        manager.start();

        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT last_bucket FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .containsExactly(1023));
        eventually().untilAsserted(() -> assertThat(effects()).containsExactlyElementsOf(positions.subList(5, 10)));
    }

    @Test
    void segments_may_be_cut_and_merged_while_they_are_being_rebuilt() {
        for (int i = 0; i < 40; i++) {
            deposit(3);
        }
        SubscriptionManager manager = manager(settings(1, SHORT), resettable(Delivery.EXACTLY_ONCE));
        manager.start();
        awaitLive(manager, name, allDeposits().get(119));
        manager.rebuild(name);

        manager.resize(name, 5);
        manager.resize(name, 2);

        eventually().until(() -> manager.rebuildProgress(name).isEmpty());
        assertThat(effects()).containsExactlyElementsOf(everyDeposit());
        eventually().untilAsserted(() -> assertThat(jdbc.queryForList(
                        "SELECT segment FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .hasSize(2));
    }

    @Test
    void a_segment_that_gets_another_owner_just_when_it_is_to_be_cut_is_looked_at_again() {
        StrikingDataSource striking = new StrikingDataSource(database.dataSource(), jdbc);
        SubscriptionManager manager = manager(
                List.of(resettable(Delivery.EXACTLY_ONCE)),
                settings(1, SHORT),
                signal,
                TestEvents.codec(),
                striking,
                new JdbcTransactionManager(striking));
        StrikingDataSource.Plan claimed = StrikingDataSource.Plan.before(
                Thread.currentThread().getName(),
                2,
                () -> jdbc.update(
                        "UPDATE eventsource.projection_checkpoints SET epoch = epoch + 1 WHERE projection_name = ?",
                        name));
        striking.follow(claimed);

        manager.resize(name, 5);

        assertThat(claimed.struck()).isTrue();
        assertThat(jdbc.queryForList(
                        "SELECT segment FROM eventsource.projection_checkpoints WHERE projection_name = ?",
                        Integer.class,
                        name))
                .hasSize(5);
    }

    private static SubscriptionSettings startingFrom(SubscriptionSettings settings, StartPosition startFrom) {
        return settings.toBuilder().startFrom(startFrom).build();
    }
}
