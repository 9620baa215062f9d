package io.eventsource.inbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.deadletter.MessageParking;
import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.subscription.ProcessingTimeoutException;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages that cannot be handled go to the dead-letter queue. */
@Timeout(120)
@OnEachPostgres
class InboxDeadLettersIT {

    private final DepositingInbox inbox;

    InboxDeadLettersIT(TestDatabase database) {
        this.inbox = new DepositingInbox(database);
    }

    @Test
    void a_message_that_fails_for_good_is_a_dead_letter_that_says_where_it_comes_from() {
        inbox.failOn(1);
        InboxPartition partition = inbox.partition(2);

        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 2)))
                .isEqualTo(1);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 1, 2)))
                .isZero();
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 1, 2)))
                .isEqualTo(1);

        DeadLetter letter = inbox.letters(DeadLetter.Status.FAILED).get(0);
        assertThat(letter.message())
                .isEqualTo(new DeadLetter.Message(
                        "/bank",
                        "m-" + DepositingInbox.KEY + "-1",
                        DepositingInbox.KEY,
                        "topic-0",
                        "m-" + DepositingInbox.KEY + "-1"));
        assertThat(letter.event().aggregateId()).isEqualTo(UUID.fromString(DepositingInbox.KEY));
        assertThat(letter.event().position()).isEqualTo(99);
        assertThat(letter.event().version()).isEqualTo(7);
        assertThat(letter.event().metadata().headers()).containsExactly(Map.entry("X-Region", "north"));
        assertThat(letter.event().payload()).isEqualTo("{\"amount\": 1}");
        assertThat(letter.attempts().retries()).isEqualTo(2);
        assertThat(letter.failure())
                .satisfies(failure -> assertThat(failure.errorMessage()).isEqualTo("not 1"));
        assertThat(partition.status().counts()).isEqualTo(new InboxFeed.Counts(1, 0, 1));
        assertThat(partition.status().failures()).isZero();
        assertThat(inbox.errors)
                .extracting(error -> error.reaction().getClass().getSimpleName())
                .containsExactly("Retry", "Retry", "Park");
    }

    @Test
    void later_messages_of_the_key_wait_behind_it_and_other_keys_go_on() {
        inbox.failOn(1);
        List<IncomingMessage> messages = new ArrayList<>(DepositingInbox.messages(DepositingInbox.KEY, 0, 4));
        messages.addAll(DepositingInbox.messages(DepositingInbox.OTHER_KEY, 5, 7));
        InboxPartition partition = inbox.partition(0);

        assertThat(partition.handle(messages)).isEqualTo(6);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 4, 5)))
                .isEqualTo(1);

        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(0L);
        assertThat(inbox.deposits(DepositingInbox.OTHER_KEY)).containsExactly(5L, 6L);
        assertThat(inbox.letters(DeadLetter.Status.FAILED)).hasSize(1);
        assertThat(inbox.letters(DeadLetter.Status.WAITING))
                .hasSize(3)
                .allSatisfy(letter -> assertThat(letter.failure()).isNull());
        assertThat(inbox.partition(0).handle(messages)).isEqualTo(6);
        assertThat(inbox.letters()).hasSize(4);
    }

    @Test
    void what_cannot_be_read_is_parked_at_once_whatever_it_is() {
        List<IncomingMessage> unreadable = List.of(
                DepositingInbox.message("k1", "", "", "{}"),
                DepositingInbox.message("k2", "no-json", "deposited", "{\"amount\": "),
                DepositingInbox.message("k3", "nul", "deposited", "{\"amount\": \"\\u0000\"}"),
                new IncomingMessage(
                        "topic-0",
                        "7",
                        "k4\0",
                        new MessageAttributes("id\0", "/bank", "deposited", "s", Instant.EPOCH),
                        MessageContent.of("application/avro", new byte[] {1, 0, -1}),
                        Map.of("sequence", "many", "X\0", "\0")));

        assertThat(inbox.partition(5).handle(unreadable)).isEqualTo(4);

        assertThat(inbox.letters(DeadLetter.Status.FAILED))
                .extracting(letter -> letter.event().payload())
                .containsExactly(
                        "{}",
                        "{\"base64\": \"%s\"}".formatted(base64("{\"amount\": ")),
                        "{\"base64\": \"%s\"}".formatted(base64("{\"amount\": \"\\u0000\"}")),
                        "{\"base64\": \"AQD/\"}");
        assertThat(inbox.replay()
                        .replay(DeadLetterRepository.Filter.OPEN.withProjection(inbox.name), 10)
                        .failed())
                .isEqualTo(4);
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void failures_of_the_infrastructure_count_against_no_message() {
        inbox.before = event -> {
            throw new DepositingInbox.NoSuchDatabase();
        };
        InboxPartition partition = inbox.partition(1);

        for (int i = 0; i < 5; i++) {
            assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                    .isZero();
        }
        inbox.failOn(0);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isZero();
        assertThat(inbox.letters()).isEmpty();
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isEqualTo(1);

        assertThat(inbox.letters(DeadLetter.Status.FAILED)).hasSize(1);
    }

    @Test
    void a_message_that_fails_while_its_feed_is_being_ended_is_not_set_aside() {
        inbox.failOn(0);

        assertThat(inbox.partition(0).handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1), () -> true))
                .isZero();

        assertThat(inbox.letters()).isEmpty();
    }

    @Test
    void handling_that_takes_too_long_has_its_statement_cancelled_and_its_thread_interrupted() throws Exception {
        DeadLetterReplay.Target.Bounds bounds = SubscriptionManager.bounds(
                inbox.name, Duration.ofMillis(300), inbox.database.dataSource(), Thread::new);
        AtomicBoolean sleepsInDatabase = new AtomicBoolean(true);
        inbox.before = event -> {
            if (sleepsInDatabase.get()) {
                inbox.jdbc.execute("SELECT pg_sleep(60)");
            } else {
                awaitForEver();
            }
        };
        InboxPartition partition = inbox.consumer(5, bounds).partition("topic-0");

        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isZero();
        assertThat(partition.status().failure()).isInstanceOf(ProcessingTimeoutException.class);
        sleepsInDatabase.set(false);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isZero();
        assertThat(partition.status().failure()).isInstanceOf(ProcessingTimeoutException.class);

        assertThat(Thread.interrupted()).isFalse();
        inbox.failOn(-1);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isEqualTo(1);
        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(0L);
    }

    private static void awaitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void the_server_ends_the_transaction_of_a_client_that_is_silent() {
        DeadLetterReplay.Target.Bounds bounds =
                SubscriptionManager.bounds(inbox.name, Duration.ofSeconds(9), inbox.database.dataSource(), Thread::new);
        List<String> timeouts = new CopyOnWriteArrayList<>();
        inbox.before = event ->
                timeouts.addAll(inbox.jdbc.queryForList("SHOW idle_in_transaction_session_timeout", String.class));

        inbox.consumer(0, bounds).partition("topic-0").handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 1));

        assertThat(timeouts).containsExactly("18s");
    }

    @Test
    void messages_can_be_parked_in_a_transaction_alone() {
        MessageParking parking = new MessageParking(inbox.database.dataSource(), TestDatabase.SCHEMA);
        PoisonMessages poison = PoisonMessages.deadLetters(parking, 0, AutomaticRetry.OFF);

        assertThatThrownBy(() -> poison.parkBehind(inbox.name, DepositingInbox.messages(DepositingInbox.KEY, 0, 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("only in the transaction that records them");
    }
}
