package io.eventsource.inbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.deadletter.DeadLetter;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Messages in the dead-letter queue are handled again, edited and discarded. */
@Timeout(120)
@OnEachPostgres
class InboxDeadLetterReplayIT {

    private final DepositingInbox inbox;

    InboxDeadLetterReplayIT(TestDatabase database) {
        this.inbox = new DepositingInbox(database);
    }

    @Test
    void a_replay_handles_them_in_order_and_frees_the_key() {
        inbox.failOn(1);
        InboxPartition partition = inbox.partition(0);
        partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 5));
        inbox.failOn(-1);

        DeadLetterReplay.Result result = inbox.replay()
                .replay(
                        DeadLetterRepository.Filter.OPEN
                                .withAggregate(UUID.fromString(DepositingInbox.KEY))
                                .withProjection(inbox.name),
                        1_000);

        assertThat(result.resolved()).isEqualTo(4);
        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(0L, 1L, 2L, 3L, 4L);
        assertThat(partition.handle(DepositingInbox.messages(DepositingInbox.KEY, 5, 7)))
                .isEqualTo(2);
        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L);
        assertThat(inbox.letters(DeadLetter.Status.RESOLVED)).hasSize(4);
    }

    @Test
    void a_discarded_message_lets_those_behind_it_follow() {
        inbox.failOn(1);
        inbox.partition(0).handle(DepositingInbox.messages(DepositingInbox.KEY, 0, 3));

        assertThat(inbox.letters.discard(
                        inbox.letters(DeadLetter.Status.FAILED).get(0).id(), "operator", "not needed"))
                .isTrue();
        assertThat(inbox.replay().replayDue(Set.of(inbox.name), 100).resolved()).isEqualTo(1);

        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(0L, 2L);
    }

    @Test
    void a_key_of_several_aggregates_is_held_back_as_a_whole_and_each_message_keeps_its_aggregate() {
        inbox.failOn(1);
        IncomingMessage failing = DepositingInbox.message(DepositingInbox.KEY, 1);
        IncomingMessage behind = withKey(DepositingInbox.message(DepositingInbox.OTHER_KEY, 2), DepositingInbox.KEY);

        assertThat(inbox.partition(0).handle(List.of(failing, behind))).isEqualTo(2);
        inbox.failOn(-1);
        inbox.replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(inbox.name), 10);

        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(1L);
        assertThat(inbox.deposits(DepositingInbox.OTHER_KEY)).containsExactly(2L);
        assertThat(inbox.letters.list(
                        DeadLetterRepository.Filter.ALL
                                .withProjection(inbox.name)
                                .withAggregate(UUID.fromString(DepositingInbox.OTHER_KEY)),
                        0,
                        10))
                .hasSize(1);
    }

    private static IncomingMessage withKey(IncomingMessage message, String key) {
        return new IncomingMessage(
                message.partition(), message.place(), key, message.attributes(), message.content(), message.headers());
    }

    @Test
    void a_payload_that_is_edited_in_the_queue_takes_effect() {
        assertThat(inbox.partition(0)
                        .handle(List.of(
                                DepositingInbox.message(DepositingInbox.KEY, "x", "deposited", "{\"amount\": "))))
                .isEqualTo(1);

        long id = inbox.letters(DeadLetter.Status.FAILED).get(0).id();
        assertThat(inbox.letters.edit(id, "{\"amount\": 8}", "operator", "cut off"))
                .isTrue();
        assertThat(inbox.replay().replay(id).resolved()).isEqualTo(1);

        assertThat(inbox.deposits(DepositingInbox.KEY)).containsExactly(8L);
    }

    /** A replay, an operator and the partition at once: order holds, and nothing waits behind nothing. */
    @Test
    void whatever_the_interleaving_each_message_takes_effect_once_in_order() throws Exception {
        long seed = Long.getLong("eventsource.test.seed", new SecureRandom().nextLong());
        System.out.printf(
                "%s: repeat with -Deventsource.test.seed=%d%n", getClass().getSimpleName(), seed);
        Random random = new Random(seed);
        List<String> keys = IntStream.range(0, 4)
                .mapToObj(i -> new UUID(random.nextLong(), random.nextLong()).toString())
                .toList();
        Map<String, Integer> next = new HashMap<>();
        AtomicBoolean over = new AtomicBoolean();
        inbox.before = event -> {
            if (!over.get() && ThreadLocalRandom.current().nextInt(4) == 0) {
                throw new IllegalStateException("by chance");
            }
        };
        ExecutorService others = Executors.newFixedThreadPool(2);
        try {
            Future<?> replaying = others.submit(() -> {
                while (!over.get()) {
                    inbox.replay().replay(DeadLetterRepository.Filter.OPEN.withProjection(inbox.name), 20);
                }
            });
            Future<?> due = others.submit(() -> {
                while (!over.get()) {
                    inbox.replay().replayDue(Set.of(inbox.name), 5);
                }
            });
            InboxPartition partition = inbox.partition(0);
            for (int round = 0; round < 150; round++) {
                List<IncomingMessage> batch = new ArrayList<>();
                for (int i = 0; i <= random.nextInt(6); i++) {
                    String key = keys.get(random.nextInt(keys.size()));
                    batch.add(DepositingInbox.message(key, next.merge(key, 1, Integer::sum) - 1));
                }
                for (int done = 0; done < batch.size(); ) {
                    done += partition.handle(batch.subList(done, batch.size()));
                }
            }
            over.set(true);
            replaying.get(60, TimeUnit.SECONDS);
            due.get(60, TimeUnit.SECONDS);
        } finally {
            over.set(true);
            others.shutdownNow();
        }
        while (!inbox.letters(DeadLetter.Status.FAILED, DeadLetter.Status.WAITING, DeadLetter.Status.RETRYING)
                .isEmpty()) {
            assertThat(inbox.replay()
                            .replay(DeadLetterRepository.Filter.OPEN.withProjection(inbox.name), 10_000)
                            .resolved())
                    .isPositive();
        }

        keys.forEach(key -> assertThat(inbox.deposits(key))
                .as("key %s with seed %d", key, seed)
                .isEqualTo(IntStream.range(0, next.getOrDefault(key, 0))
                        .mapToObj(number -> (long) number)
                        .toList()));
        assertThat(inbox.jdbc.queryForObject(
                        "SELECT count(*) FROM eventsource.parked_aggregates WHERE projection_name = ?",
                        Long.class,
                        inbox.name))
                .isZero();
    }
}
