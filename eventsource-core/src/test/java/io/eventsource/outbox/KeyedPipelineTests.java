package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.message.MessageAttributes;
import io.eventsource.message.MessageContent;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Acknowledged;
import io.eventsource.outbox.MessageTransport.SendOutcome.HeldBack;
import io.eventsource.outbox.MessageTransport.SendOutcome.Refused;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Against a client that answers when and as the test says. */
class KeyedPipelineTests {

    private final IllegalArgumentException tooLarge = new IllegalArgumentException("too large");
    private final IllegalStateException away = new IllegalStateException("away");

    private final List<String> sent = new ArrayList<>();
    private final List<CompletableFuture<Void>> open = new ArrayList<>();

    private static OutgoingMessage message(String key, int number) {
        return new OutgoingMessage(
                "topic",
                key,
                new MessageAttributes(key + number, "/test", "counted", key, Instant.EPOCH),
                MessageContent.json("{}"),
                Map.of(),
                number);
    }

    private List<SendOutcome> send(
            Duration timeout, Function<OutgoingMessage, CompletionStage<?>> client, OutgoingMessage... messages)
            throws InterruptedException {
        return new KeyedPipeline(
                        message -> {
                            sent.add(message.id());
                            return client.apply(message);
                        },
                        IllegalArgumentException.class::isInstance,
                        timeout)
                .send(List.of(messages));
    }

    private static CompletionStage<?> failed(Throwable failure) {
        return CompletableFuture.failedFuture(new CompletionException(failure));
    }

    /** Answers nothing before each key has a message under way, then the newest first. */
    private CompletionStage<?> answerBackwards(int together) {
        CompletableFuture<Void> answer = new CompletableFuture<>();
        open.add(0, answer);
        if (open.size() == together) {
            List<CompletableFuture<Void>> answers = List.copyOf(open);
            open.clear();
            answers.forEach(each -> each.complete(null));
        }
        return answer;
    }

    @Test
    void keys_are_under_way_together_and_of_each_key_one_message() throws InterruptedException {
        List<SendOutcome> outcomes = send(
                Duration.ofSeconds(10),
                message -> answerBackwards(3),
                message("a", 1),
                message("a", 2),
                message("b", 1),
                message("c", 1),
                message("b", 2),
                message("c", 2));

        assertThat(outcomes).hasSize(6).allMatch(SendOutcome::acknowledged);
        assertThat(sent).startsWith("a1", "b1", "c1").hasSize(6);
    }

    @Test
    void a_message_at_fault_holds_back_its_key_alone() throws InterruptedException {
        List<SendOutcome> outcomes = send(
                Duration.ofSeconds(10),
                message -> message.id().equals("a1") ? failed(tooLarge) : CompletableFuture.completedFuture(1),
                message("a", 1),
                message("b", 1),
                message("a", 2),
                message("b", 2));

        assertThat(outcomes)
                .containsExactly(new Refused(tooLarge), new Acknowledged(), new HeldBack(), new Acknowledged());
        assertThat(sent).containsExactly("a1", "b1", "b2");
    }

    @Test
    void a_client_that_throws_counts_as_one_that_answers() throws InterruptedException {
        assertThat(send(
                        Duration.ofSeconds(10),
                        message -> {
                            throw tooLarge;
                        },
                        message("a", 1)))
                .containsExactly(new Refused(tooLarge));
    }

    @Test
    void when_the_broker_is_away_nothing_further_is_tried() throws InterruptedException {
        List<SendOutcome> outcomes = send(
                Duration.ofSeconds(10), message -> failed(away), message("a", 1), message("b", 1), message("a", 2));

        assertThat(outcomes).containsExactly(new Unavailable(away), new HeldBack(), new HeldBack());
        assertThat(sent).containsExactly("a1");
    }

    @Test
    void a_client_that_never_answers_is_given_up() throws InterruptedException {
        List<SendOutcome> outcomes = send(
                Duration.ofMillis(20),
                message -> message.key().equals("b") ? CompletableFuture.completedFuture(1) : new CompletableFuture<>(),
                message("a", 1),
                message("a", 2),
                message("b", 1));

        assertThat(outcomes.get(0))
                .isInstanceOfSatisfying(Unavailable.class, unavailable -> assertThat(unavailable.cause())
                        .hasMessageContaining("1 messages are on their way"));
        assertThat(outcomes.get(1)).isEqualTo(new HeldBack());
        assertThat(outcomes.get(2)).isEqualTo(new Acknowledged());
    }
}
