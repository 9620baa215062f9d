package io.eventsource.outbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.event.EventHeader;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.outbox.Destination.Route;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.testing.TestEvents;
import io.eventsource.testing.TestEvents.Withdrawn;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MessageMapperTests {

    private static final UUID EVENT = UUID.fromString("c8b0a1de-0000-4000-8000-000000000001");
    private static final UUID ACCOUNT = UUID.fromString("c8b0a1de-0000-4000-8000-000000000002");
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");

    /** What receivers get instead of the internal event. */
    record MoneyLeft(String amount) {}

    private static StoredEvent stored(String type, int revision, String json) {
        return new StoredEvent(
                new EventHeader(
                        12,
                        EVENT,
                        ACCOUNT,
                        "account",
                        3,
                        new EventRevision(type, revision),
                        TIME,
                        TIME,
                        EventMetadata.none()
                                .withTenantId("t1")
                                .withActorId("somebody")
                                .withCorrelationId("c1")
                                .withHeader("traceparent", "00-1-2-01")
                                .withHeader("internal", "secret")),
                json);
    }

    private static MessageMapper mapper(Route... routes) {
        return new MessageMapper(
                new Destination("bank", "/bank", "money", List.of(routes)),
                TestEvents.codec(),
                PayloadSerializer.json());
    }

    @Test
    void an_unmapped_event_leaves_undecoded_with_what_may_leave_of_its_metadata() {
        String unreadable = "{\"of\": \"another shape\"}";

        assertThat(mapper(Route.renamed("deposited", "money-arrived")).map(stored("deposited", 9, unreadable)))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.topic()).isEqualTo("money");
                    assertThat(message.key()).isEqualTo(ACCOUNT.toString());
                    assertThat(message.subject()).isEqualTo(ACCOUNT.toString());
                    assertThat(message.id()).isEqualTo(EVENT.toString());
                    assertThat(message.source()).isEqualTo("/bank");
                    assertThat(message.type()).isEqualTo("money-arrived");
                    assertThat(message.time()).isEqualTo(TIME);
                    assertThat(message.content().text()).isEqualTo(unreadable);
                    assertThat(message.position()).isEqualTo(12);
                    assertThat(message.headers())
                            .isEqualTo(Map.of(
                                    "aggregatetype", "account",
                                    "aggregateversion", "3",
                                    "sequence", "12",
                                    "tenantid", "t1",
                                    "correlationid", "c1",
                                    "traceparent", "00-1-2-01",
                                    "dataversion", "9"));
                });
    }

    @Test
    void a_mapped_event_leaves_as_what_receivers_know_on_its_own_topic_with_its_own_key() {
        MessageMapper mapper = mapper(Route.mapped(
                        "withdrawn", Withdrawn.class, "money-left", 2, event -> new MoneyLeft("EUR " + event.amount()))
                .withTopic("money-out")
                .withKey(event -> "all"));

        assertThat(mapper.map(stored("withdrawn", 3, "{\"amount\": 7}")))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.topic()).isEqualTo("money-out");
                    assertThat(message.key()).isEqualTo("all");
                    assertThat(message.type()).isEqualTo("money-left");
                    assertThat(message.content().text()).isEqualTo("{\"amount\":\"EUR 7\"}");
                    assertThat(message.headers()).containsEntry("dataversion", "2");
                });
    }

    @Test
    void events_without_a_route_do_not_leave() {
        MessageMapper mapper = mapper(Route.unchanged("deposited"));

        assertThat(mapper.map(stored("withdrawn", 3, "{\"amount\": 7}"))).isEmpty();
        assertThat(mapper.storedNames()).containsExactly("deposited");
    }

    @Test
    void a_destination_without_routes_or_with_two_for_one_type_is_refused() {
        assertThatThrownBy(() -> new Destination("bank", "/bank", "money", List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'bank' has no route");
        assertThatThrownBy(() -> new Destination(
                        "bank", "/bank", "money", Set.of(), List.of(Route.unchanged("a"), Route.renamed("a", "b"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("two routes for the event 'a'");
    }

    @ParameterizedTest
    @CsvSource({
        "aggregate-id, c8b0a1de-0000-4000-8000-000000000002",
        "aggregate-type, account",
        "tenant, t1",
        "/customer/id, 7",
        "/customer/name, ann"
    })
    void a_key_may_be_named_instead_of_computed(String key, String found) {
        StoredEvent event = stored("deposited", 1, "{\"customer\": {\"id\": 7, \"name\": \"ann\"}}");

        assertThat(mapper(Route.unchanged("deposited").withKey(key)).map(event))
                .singleElement()
                .satisfies(message -> assertThat(message.key()).isEqualTo(found));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"customer\": null}", "{\"customer\": \"\"}", "{\"customer\": {\"id\": 7}}"})
    void an_event_without_its_key_cannot_leave_however_often_it_is_tried(String json) {
        MessageMapper mapper = mapper(Route.unchanged("deposited").withKey("/customer"));

        assertThatThrownBy(() -> mapper.map(stored("deposited", 1, json)))
                .isInstanceOf(MissingKeyException.class)
                .hasMessageContaining("at position 12 has no text or number as the key '/customer'")
                .satisfies(failure -> assertThat(
                                ErrorClassifier.standard().classify(failure).category())
                        .isEqualTo(ErrorClassification.Category.PERMANENT));
    }

    @Test
    void an_older_event_leaves_in_the_shape_of_its_class_where_a_version_is_told() {
        assertThat(mapper(Route.current("withdrawn", "money-left", 4)).map(stored("withdrawn", 3, "{\"amount\": 7}")))
                .singleElement()
                .satisfies(message -> {
                    assertThat(message.type()).isEqualTo("money-left");
                    assertThat(message.headers()).containsEntry("dataversion", "4");
                    assertThat(message.content().text()).contains("\"amount\"");
                });
    }
}
