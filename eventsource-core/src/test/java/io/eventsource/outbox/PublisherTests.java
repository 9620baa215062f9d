package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.outbox.MessageTransport.BrokerUnavailableException;
import io.eventsource.outbox.MessageTransport.MessageRefusedException;
import io.eventsource.outbox.MessageTransport.SendOutcome;
import io.eventsource.outbox.MessageTransport.SendOutcome.Acknowledged;
import io.eventsource.outbox.MessageTransport.SendOutcome.HeldBack;
import io.eventsource.outbox.MessageTransport.SendOutcome.Refused;
import io.eventsource.outbox.MessageTransport.SendOutcome.Unavailable;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.testing.TestEvents;
import java.time.Instant;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class PublisherTests {

    private static final EventCodec CODEC = TestEvents.codec();
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    private final Throwable tooLarge = new IllegalArgumentException("too large");
    private final Throwable away = new IllegalStateException("no answer");

    private final List<String> sent = new ArrayList<>();

    private interface Answers {

        List<SendOutcome> to(List<OutgoingMessage> messages) throws InterruptedException;
    }

    /** Answers as a test wants. */
    private record Answering(Answers answers) implements MessageTransport {

        @Override
        public List<SendOutcome> send(List<OutgoingMessage> messages) throws InterruptedException {
            return answers.to(messages);
        }

        @Override
        public void close() {}
    }

    private Publisher publisher(Answers answers) {
        return new Publisher(
                new Destination("bank", "/bank", "money", List.of(Route.unchanged("long-gone"))),
                CODEC,
                PayloadSerializer.json(),
                new Answering(messages -> {
                    messages.forEach(message -> sent.add(message.content().text()));
                    return answers.to(messages);
                }));
    }

    private Publisher answering(SendOutcome... outcomes) {
        return publisher(messages -> List.of(outcomes));
    }

    private static List<EventEnvelope<Object>> events(int count) {
        return LongStream.rangeClosed(1, count)
                .mapToObj(position -> new StoredEvent(
                        new EventHeader(
                                position,
                                new UUID(0, position),
                                new UUID(1, position),
                                "account",
                                1,
                                new EventRevision("long-gone", 1),
                                TIME,
                                TIME,
                                EventMetadata.none()),
                        "{\"n\": %d}".formatted(position)))
                .flatMap(event -> CODEC.selectUndecoded(Set.of("long-gone")).decode(event).stream())
                .toList();
    }

    @Test
    void events_whose_class_is_gone_leave_as_they_are_stored() {
        answering(new Acknowledged(), new Acknowledged()).handleAll(events(2));

        assertThat(sent).containsExactly("{\"n\": 1}", "{\"n\": 2}");
    }

    @Test
    void its_checkpoint_moves_behind_what_is_sent_under_a_name_that_is_nobody_elses() {
        Publisher publisher = answering();

        assertThat(publisher.name()).isEqualTo("outbox:bank");
        assertThat(publisher.delivery()).isEqualTo(Delivery.AT_LEAST_ONCE);
        assertThat(publisher.undecoded()).isTrue();
        assertThat(publisher.eventTypes()).containsExactly("long-gone");
    }

    @Test
    void a_refused_message_is_its_own_fault() {
        assertThatThrownBy(() -> answering(new Acknowledged(), new Refused(tooLarge), new HeldBack())
                        .handleAll(events(3)))
                .isInstanceOfSatisfying(MessageRefusedException.class, refused -> {
                    assertThat(refused.destination()).isEqualTo("bank");
                    assertThat(refused.messageId()).isEqualTo(new UUID(0, 2).toString());
                    assertThat(refused).hasMessageContaining("position 2").hasCause(tooLarge);
                    assertThat(ErrorClassifier.standard().classify(refused).category())
                            .isEqualTo(ErrorClassification.Category.PERMANENT);
                });
    }

    @Test
    void the_event_of_a_refused_message_is_taken_last_so_that_it_is_known() {
        List<EventEnvelope<Object>> events = events(3);
        List<Long> taken = new ArrayList<>();
        List<EventEnvelope<Object>> observed = new AbstractList<>() {
            @Override
            public EventEnvelope<Object> get(int index) {
                taken.add(events.get(index).position());
                return events.get(index);
            }

            @Override
            public int size() {
                return events.size();
            }
        };

        assertThatThrownBy(() -> answering(new Acknowledged(), new Refused(tooLarge), new HeldBack())
                        .handleAll(observed))
                .isInstanceOf(MessageRefusedException.class);

        assertThat(taken).endsWith(events.get(1).position());
    }

    @Test
    void a_broker_that_is_away_comes_before_what_it_refused() {
        assertThatThrownBy(() -> answering(new Refused(tooLarge), new Unavailable(away), new HeldBack())
                        .handleAll(events(3)))
                .isInstanceOfSatisfying(BrokerUnavailableException.class, unavailable -> {
                    assertThat(unavailable.destination()).isEqualTo("bank");
                    assertThat(unavailable).hasMessageContaining("position 2").hasCause(away);
                    assertThat(ErrorClassifier.standard().classify(unavailable).category())
                            .isEqualTo(ErrorClassification.Category.INFRASTRUCTURE);
                });
    }

    @Test
    void a_broker_that_has_not_answered_within_the_processing_timeout_is_away_also_within_what_reports_the_timeout() {
        Publisher publisher = publisher(messages -> {
            throw new InterruptedException();
        });

        assertThatThrownBy(() -> publisher.handleAll(events(1)))
                .isInstanceOf(BrokerUnavailableException.class)
                .satisfies(thrown -> assertThat(ErrorClassifier.standard()
                                .classify(new IllegalStateException("took too long", thrown))
                                .category())
                        .isEqualTo(ErrorClassification.Category.INFRASTRUCTURE));
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void a_transport_that_does_not_say_what_became_of_each_message_is_found_out() {
        assertThatThrownBy(() -> answering(new Acknowledged()).handleAll(events(2)))
                .hasMessageContaining("answered to 1 of 2 messages");
        assertThatThrownBy(() -> answering(new Acknowledged(), new HeldBack()).handleAll(events(2)))
                .hasMessageContaining("behind nothing");
    }

    @Test
    void a_batch_of_which_nothing_leaves_is_not_sent() {
        assertThatCode(() -> answering().handleAll(List.of())).doesNotThrowAnyException();

        assertThat(sent).isEmpty();
    }
}
