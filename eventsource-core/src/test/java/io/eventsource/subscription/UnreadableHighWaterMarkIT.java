package io.eventsource.subscription;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.testing.OnNewestPostgres;
import io.eventsource.testing.TestDatabase;
import org.junit.jupiter.api.Test;

/** What subscriptions say while nobody knows how far the log is. */
@OnNewestPostgres
class UnreadableHighWaterMarkIT extends SubscriptionFixture {

    UnreadableHighWaterMarkIT(TestDatabase database) {
        super(database);
    }

    @Test
    void a_subscription_is_not_live_while_the_mark_cannot_be_read() {
        SubscriptionManager manager = manager(settings(10, SHORT), handlers());
        manager.start();
        awaitLive(manager, name, deposit(1).get(0));

        jdbc.execute("ALTER TABLE eventsource.log_incarnation RENAME TO log_incarnation_away");
        try {
            eventually().untilAsserted(() -> {
                assertThat(manager.instance().tail().reading()).isFalse();
                assertThat(statusOf(manager, name).state()).isNotEqualTo(SubscriptionStatus.State.LIVE);
            });
        } finally {
            jdbc.execute("ALTER TABLE eventsource.log_incarnation_away RENAME TO log_incarnation");
        }
        awaitLive(manager, name, deposit(1).get(0));
    }
}
