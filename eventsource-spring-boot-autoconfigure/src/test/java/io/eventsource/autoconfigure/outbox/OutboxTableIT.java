package io.eventsource.autoconfigure.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.RecordingTransport;
import io.eventsource.autoconfigure.testing.Runners;
import io.eventsource.autoconfigure.testing.TestDatabase;
import io.eventsource.outbox.MessageTransport;
import io.eventsource.outbox.Outbox;
import io.eventsource.outbox.OutboxRows;
import io.eventsource.store.EventStore;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionManager;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** Rows of {@code event_outbox} in a running application. */
@ExtendWith(OutputCaptureExtension.class)
class OutboxTableIT {

    private final TestDatabase database = TestDatabase.migrated();
    private final RecordingTransport transport = new RecordingTransport();

    private final ApplicationContextRunner log = Runners.on(database)
            .withBean("own", MessageTransport.class, () -> {
                transport.closed = false;
                return transport;
            })
            .withPropertyValues(
                    "spring.application.name=bank",
                    "eventsource.outbox.table.mark-interval=50ms",
                    "eventsource.outbox.destinations.accounts.transport=own",
                    "eventsource.outbox.destinations.accounts.events=deposited");

    private final ApplicationContextRunner table = log.withPropertyValues(
            "eventsource.outbox.mode=table",
            "eventsource.outbox.destinations.others.transport=relay",
            "eventsource.outbox.destinations.others.events=deposited");

    @AfterEach
    void removeTheDatabase() {
        database.close();
    }

    private static void deposit(BeanFactory context) {
        context.getBean(EventStore.class).append(StreamAppend.to("Account", UUID.randomUUID(), new Deposited(1)));
    }

    private List<String> rows() {
        return database.jdbc()
                .queryForList(
                        "SELECT destination || ' ' || status FROM eventsource.event_outbox ORDER BY 1", String.class);
    }

    @Test
    void with_the_log_alone_nothing_is_written() {
        log.run(context -> {
            deposit(context);
            await().until(() -> transport.sent.size() == 1);

            assertThat(context).doesNotHaveBean(OutboxRows.class);
        });
        assertThat(rows()).isEmpty();
    }

    @Test
    void rows_of_own_destinations_are_marked_and_those_of_a_relay_wait_for_it() {
        table.run(context -> {
            assertThat(context.getBean(SubscriptionManager.class).names()).containsExactly("outbox:accounts");
            deposit(context);

            await().untilAsserted(() -> assertThat(rows()).containsExactly("accounts published", "others pending"));
            assertThat(context.getBean(Outbox.class).destinations())
                    .filteredOn(status -> status.name().equals("others"))
                    .singleElement()
                    .satisfies(status -> assertThat(status.pending()).isEqualTo(1));
        });
    }

    @Test
    void rows_stay_on_for_all_until_the_owner_ends_them_and_others_say_so(CapturedOutput output) {
        table.run(context -> assertThat(context).hasNotFailed());

        log.run(context -> {
            deposit(context);
            assertThat(rows()).containsExactly("accounts pending", "others pending");
            await().until(() -> output.getOut().contains("run SELECT eventsource.outbox_rows(false)"));
        });
    }

    @Test
    void without_a_destination_no_rows_are_switched_on() {
        Runners.on(database).withPropertyValues("eventsource.outbox.mode=table").run(context -> assertThat(
                        context.getBean(OutboxRows.class).on())
                .isFalse());
    }

    @Test
    void rows_of_events_that_were_refused_say_so() {
        transport.refusing = message -> true;
        table.run(context -> {
            deposit(context);

            await().untilAsserted(() -> assertThat(rows()).containsExactly("accounts failed", "others pending"));
        });
    }

    @Test
    void what_was_published_before_the_retention_is_deleted_at_the_start() {
        table.run(context -> {
            deposit(context);
            await().until(() -> rows().contains("accounts published"));
        });
        database.jdbc()
                .update(
                        "UPDATE eventsource.event_outbox SET published_at = published_at - interval '25 hours' WHERE status = 'published'");

        table.run(context -> {
            deposit(context);
            await().until(() -> rows().stream()
                            .filter(row -> row.equals("accounts published"))
                            .count()
                    == 2);
        });
        table.withPropertyValues("eventsource.outbox.table.retention=1d").run(context -> await().untilAsserted(() ->
                assertThat(rows()).containsExactly("accounts published", "others pending", "others pending")));
    }
}
