package io.eventsource.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.eventsource.InvalidDeclarationException;
import io.eventsource.event.EventDecodingException.UnknownEventTypeException;
import io.eventsource.event.EventDecodingException.UnreadableRevisionException;
import io.eventsource.event.Upcaster.InvalidUpcasterException;
import io.eventsource.event.Upcaster.RevisedEvent;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.testing.TestEvents;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

class UpcasterTests {

    @EventType(value = "opened", revision = 4)
    record Opened(String owner, BigDecimal limit, String currency) {}

    @EventType(
            value = "greeted",
            aliases = {"welcomed", "hailed"})
    record Greeted(String owner) {}

    @EventType(value = "renamed", revision = 3, aliases = "former")
    record Renamed(String text) {}

    private static final Upcaster FIRST =
            Upcaster.from("opened", 1).renameField("name", "owner").toNextRevision();

    /** In the middle of the chain. */
    private static final Upcaster SPLIT = Upcaster.from("opened", 2)
            .splitInto(
                    List.of(new EventRevision("opened", 3), new EventRevision("greeted", 1)),
                    payload -> List.of(RevisedEvent.of("opened", 3, payload), RevisedEvent.of("greeted", 1, payload)));

    private static final Upcaster THIRD =
            Upcaster.from("opened", 3).defaultValue("currency", "EUR").toNextRevision();

    private static EventCodec codec(Upcaster... upcasters) {
        return new EventCodec(
                EventRegistry.of(Opened.class, Greeted.class, Renamed.class),
                PayloadSerializer.json(),
                List.of(upcasters));
    }

    private static StoredEvent stored(String type, int revision, String json) {
        return new StoredEvent(
                new EventHeader(
                        7,
                        new UUID(5, 6),
                        new UUID(1, 2),
                        "account",
                        3,
                        new EventRevision(type, revision),
                        Instant.EPOCH,
                        Instant.EPOCH,
                        EventMetadata.none()),
                json);
    }

    private static Object decoded(Upcaster.Steps steps, String json) {
        List<EventEnvelope<Object>> events = codec(steps.toRevision(4))
                .decode(stored("opened", steps.toNextRevision().from().revision(), json));
        assertThat(events).hasSize(1);
        return events.get(0).payload();
    }

    @Nested
    class Operations {

        private final Upcaster.Steps steps = Upcaster.from("opened", 1);

        @Test
        void a_field_is_renamed_and_numbers_stay_as_they_are_to_the_last_digit() {
            assertThat(decoded(
                            steps.renameField("name", "owner"),
                            "{\"name\": \"ada\", \"limit\": 12345678901234567890.1234567890, \"currency\": \"EUR\"}"))
                    .isEqualTo(new Opened("ada", new BigDecimal("12345678901234567890.1234567890"), "EUR"));
        }

        @Test
        void a_field_is_converted() {
            assertThat(decoded(
                            steps.convertField(
                                    "limit",
                                    cents -> JsonNodeFactory.instance.numberNode(
                                            new BigDecimal(cents.asString()).movePointLeft(2))),
                            "{\"owner\": \"ada\", \"limit\": \"1250\", \"currency\": \"EUR\"}"))
                    .isEqualTo(new Opened("ada", new BigDecimal("12.50"), "EUR"));
        }

        @Test
        void a_default_fills_an_absent_field_only() {
            Upcaster.Steps filled = steps.defaultValue("currency", "EUR").defaultValue("limit", new BigDecimal("1.10"));
            assertThat(decoded(filled, "{\"owner\": \"ada\"}"))
                    .isEqualTo(new Opened("ada", new BigDecimal("1.10"), "EUR"));
            assertThat(decoded(filled, "{\"owner\": \"ada\", \"limit\": 2, \"currency\": \"SEK\"}"))
                    .isEqualTo(new Opened("ada", new BigDecimal("2"), "SEK"));
        }

        @Test
        void fields_are_merged_into_one_and_dropped() {
            Upcaster.Steps merged = steps.dropField("limit")
                    .mergeFields(
                            List.of("first", "last"),
                            "owner",
                            names -> JsonNodeFactory.instance.stringNode(
                                    names.get("first").asString() + " "
                                            + names.get("last").asString()))
                    .defaultValue("limit", 3)
                    .defaultValue("currency", "EUR");
            assertThat(decoded(merged, "{\"first\": \"ada\", \"last\": \"king\", \"limit\": 9}"))
                    .isEqualTo(new Opened("ada king", new BigDecimal("3"), "EUR"));
        }

        @Test
        void a_field_that_would_be_overwritten_is_refused() {
            assertThatExceptionOfType(EventDecodingException.class)
                    .isThrownBy(() ->
                            decoded(steps.renameField("name", "owner"), "{\"name\": \"ada\", \"owner\": \"eve\"}"))
                    .withMessageContaining("'opened' revision 1")
                    .withMessageContaining("'owner'")
                    .withMessageContaining("position 7");
        }

        @Test
        void the_stored_event_tells_its_time() {
            assertThat(decoded(
                            steps.defaultValue("limit", 1)
                                    .change((payload, event) ->
                                            payload.put("currency", event.timestamp() + " v" + event.version())),
                            "{\"owner\": \"ada\"}"))
                    .isEqualTo(new Opened("ada", new BigDecimal("1"), "1970-01-01T00:00:00Z v3"));
        }
    }

    @Nested
    class Chains {

        private final EventCodec codec = codec(THIRD, SPLIT, FIRST);

        @Test
        void each_revision_is_led_to_the_class_and_a_split_gives_parts_of_one_event_in_order() {
            List<EventEnvelope<Object>> parts = codec.decode(stored("opened", 1, "{\"name\": \"ada\", \"limit\": 1}"));

            assertThat(parts)
                    .extracting(EventEnvelope::payload)
                    .containsExactly(new Opened("ada", new BigDecimal("1"), "EUR"), new Greeted("ada"));
            assertThat(parts).extracting(EventEnvelope::eventType).containsExactly("opened", "greeted");
            assertThat(parts).extracting(EventEnvelope::revision).containsExactly(4, 1);
            assertThat(parts).extracting(EventEnvelope::part).containsExactly(1, 2);
            assertThat(parts).extracting(EventEnvelope::parts).containsOnly(2);
            assertThat(parts).extracting(EventEnvelope::lastPart).containsExactly(false, true);
            assertThat(parts).extracting(EventEnvelope::position).containsOnly(7L);
            assertThat(parts).extracting(EventEnvelope::version).containsOnly(3L);
            assertThat(parts).extracting(EventEnvelope::eventId).containsOnly(new UUID(5, 6));

            assertThat(codec.decode(stored("opened", 2, "{\"owner\": \"ada\"}")))
                    .hasSize(2);
            assertThat(codec.decode(stored("opened", 3, "{\"owner\": \"ada\"}")))
                    .hasSize(1);
        }

        @Test
        void an_event_of_the_revision_of_its_class_is_read_by_the_serializer_alone() {
            String unparsed = "not json";
            EventCodec own = new EventCodec(
                    EventRegistry.of(Opened.class, Greeted.class),
                    new PayloadSerializer() {
                        @Override
                        public String serialize(Object value) {
                            throw new UnsupportedOperationException();
                        }

                        @Override
                        public <T> T deserialize(String json, Class<T> type) {
                            assertThat(json).isSameAs(unparsed);
                            return type.cast(new Opened("ada", BigDecimal.ONE, "EUR"));
                        }
                    },
                    List.of(FIRST, SPLIT, THIRD));
            assertThat(own.decode(stored("opened", 4, unparsed))).hasSize(1);
        }

        @Test
        void a_selection_reads_what_leads_to_its_types_and_gives_their_parts_only() {
            EventSelection greetings = codec.select(Set.of("greeted"));

            assertThat(greetings.storedNames()).containsExactlyInAnyOrder("greeted", "welcomed", "hailed", "opened");
            assertThat(greetings.decode(stored("opened", 1, "{\"name\": \"ada\", \"limit\": \"not a number\"}")))
                    .singleElement()
                    .satisfies(part -> {
                        assertThat(part.payload()).isEqualTo(new Greeted("ada"));
                        assertThat(part.part()).isEqualTo(2);
                        assertThat(part.parts()).isEqualTo(2);
                    });
            assertThat(greetings.decode(stored("opened", 3, "broken"))).isEmpty();
            assertThat(greetings.decode(stored("opened", 4, "broken"))).isEmpty();
            assertThat(codec.select(Set.of("opened")).storedNames()).containsExactly("opened");
        }

        @Test
        void parts_that_were_made_of_one_tree_do_not_change_each_other() {
            EventRevision half = new EventRevision("half", 1);
            EventCodec halving = codec(
                    Upcaster.from("whole", 1)
                            .splitInto(
                                    Set.of(half),
                                    payload ->
                                            List.of(new RevisedEvent(half, payload), new RevisedEvent(half, payload))),
                    Upcaster.from("half", 1)
                            .convertField("owner", owner -> JsonNodeFactory.instance.stringNode(owner.asString() + "!"))
                            .toType("greeted", 1));
            assertThat(halving.decode(stored("whole", 1, "{\"owner\": \"ada\"}")))
                    .extracting(EventEnvelope::payload)
                    .containsExactly(new Greeted("ada!"), new Greeted("ada!"));
        }

        @Test
        void events_that_lead_to_nothing_vanish() {
            EventCodec dropping = codec(Upcaster.from("pinged", 1).toNothing());
            assertThat(dropping.decode(stored("pinged", 1, "{}"))).isEmpty();
            assertThat(dropping.reads(new EventRevision("pinged", 1))).isTrue();
        }

        @Test
        void a_type_is_renamed_at_a_revision() {
            EventCodec renaming = codec(Upcaster.from("saluted", 2).toType("greeted", 1));
            assertThat(renaming.decode(stored("saluted", 2, "{\"owner\": \"ada\"}")))
                    .extracting(EventEnvelope::payload)
                    .containsExactly(new Greeted("ada"));
            assertThat(renaming.select(Set.of("greeted")).storedNames()).contains("saluted");
        }
    }

    @Nested
    class Aliases {

        @Test
        void an_event_stored_under_an_alias_is_read_in_each_revision_and_written_under_the_name() {
            EventCodec codec = codec(
                    Upcaster.from("former", 1).renameField("a", "b").toNextRevision(),
                    Upcaster.from("renamed", 2).renameField("b", "text").toNextRevision());
            for (StoredEvent event : List.of(
                    stored("former", 1, "{\"a\": \"x\"}"),
                    stored("renamed", 1, "{\"a\": \"x\"}"),
                    stored("former", 2, "{\"b\": \"x\"}"),
                    stored("former", 3, "{\"text\": \"x\"}"))) {
                assertThat(codec.decode(event)).singleElement().satisfies(read -> {
                    assertThat(read.payload()).isEqualTo(new Renamed("x"));
                    assertThat(read.eventType()).isEqualTo("renamed");
                    assertThat(read.revision()).isEqualTo(3);
                });
            }
            assertThat(codec.encode(new Renamed("x")).eventType()).isEqualTo("renamed");
            assertThat(codec.select(Set.of("former")).storedNames()).containsExactlyInAnyOrder("renamed", "former");
        }

        @EventType(value = "hailed")
        record Hailed() {}

        @EventType(value = "other", aliases = "welcomed")
        record Other() {}

        @EventType(value = "self", aliases = "self")
        record Self() {}

        @EventType(value = "blank", aliases = " ")
        record Blank() {}

        @Test
        void a_stored_name_belongs_to_one_class() {
            for (Class<?> clashing : List.of(Hailed.class, Other.class)) {
                assertThatExceptionOfType(InvalidDeclarationException.class)
                        .isThrownBy(() -> EventRegistry.of(Greeted.class, clashing))
                        .withMessageContaining(Greeted.class.getName())
                        .withMessageContaining(clashing.getName())
                        .withMessageContaining("alias");
            }
            assertThatExceptionOfType(InvalidDeclarationException.class).isThrownBy(() -> EventRegistry.of(Self.class));
            assertThatExceptionOfType(InvalidDeclarationException.class)
                    .isThrownBy(() -> EventRegistry.of(Blank.class))
                    .withMessageContaining("alias");
        }
    }

    @Nested
    class StartChecks {

        private static void assertRefused(String message, Upcaster... upcasters) {
            assertThatExceptionOfType(InvalidUpcasterException.class)
                    .as("%s", Arrays.asList(upcasters))
                    .isThrownBy(() -> codec(upcasters))
                    .withMessageContaining(message)
                    .satisfies(refused -> assertThat(refused.getMessage())
                            .contains(refused.from().toString()));
        }

        @Test
        void a_gap_is_refused_with_the_revisions_that_are_there() {
            assertRefused("upcasters of that type begin at [1, 3]", FIRST, THIRD);
        }

        @Test
        void a_chain_may_begin_late_and_skip_what_was_never_stored() {
            assertThat(codec(THIRD).reads(new EventRevision("opened", 3))).isTrue();
            assertThat(codec(Upcaster.from("opened", 1).toRevision(3), THIRD).reads(new EventRevision("opened", 2)))
                    .isFalse();
        }

        @Test
        void a_chain_that_ends_at_no_class_is_refused() {
            assertRefused("no registered class", Upcaster.from("opened", 3).toType("nothing", 1));
            assertRefused("no upcaster leads on", Upcaster.from("saluted", 1).toType("greeted", 2));
        }

        @Test
        void two_upcasters_from_one_revision_are_refused_also_through_an_alias() {
            assertRefused("twice", THIRD, THIRD);
            Upcaster named = Upcaster.from("renamed", 2).toNextRevision();
            assertRefused("twice", named, Upcaster.from("former", 2).toNextRevision());
        }

        @Test
        void circles_are_refused() {
            assertRefused("rise", Upcaster.from("opened", 3).toRevision(2));
            assertRefused("rise", Upcaster.from("opened", 3).toRevision(3));
            assertRefused(
                    "back to itself",
                    Upcaster.from("a", 1).toType("b", 1),
                    Upcaster.from("b", 1).toType("a", 1));
        }

        @Test
        void an_upcaster_behind_the_revision_of_the_class_is_refused() {
            assertRefused(
                    "Raise the revision", THIRD, Upcaster.from("opened", 4).toNextRevision());
            assertRefused("revisions begin with 1", Upcaster.from("opened", 0).toRevision(4));
        }
    }

    @Nested
    class WhatCannotBeRead {

        @Test
        void an_event_of_newer_code_is_told_apart() {
            assertThatExceptionOfType(UnreadableRevisionException.class)
                    .isThrownBy(() -> codec(THIRD).decode(stored("opened", 5, "{}")))
                    .withMessageContaining("a newer deployment wrote it")
                    .satisfies(newer -> {
                        assertThat(newer.revision()).isEqualTo(5);
                        assertThat(newer.readableRevision()).isEqualTo(4);
                        assertThat(newer.fromNewerCode()).isTrue();
                    });
        }

        @Test
        void an_older_revision_without_a_way_is_an_error_only_when_met() {
            assertThatExceptionOfType(UnreadableRevisionException.class)
                    .isThrownBy(() -> codec(THIRD).decode(stored("opened", 1, "{}")))
                    .withMessageContaining("Upcaster.from(\"opened\", 1)")
                    .satisfies(older -> assertThat(older.fromNewerCode()).isFalse());
        }

        @Test
        void a_revision_of_a_type_without_a_class_is_an_error() {
            assertThatExceptionOfType(UnreadableRevisionException.class)
                    .isThrownBy(() -> codec(Upcaster.from("saluted", 2).toType("greeted", 1))
                            .decode(stored("saluted", 1, "{}")))
                    .withMessageContaining("[2]");
            assertThatExceptionOfType(UnknownEventTypeException.class)
                    .isThrownBy(() -> codec().decode(stored("nothing", 1, "{}")));
        }

        @Test
        void an_upcaster_that_fails_or_makes_what_it_does_not_declare_is_named() {
            ObjectNode empty = JsonNodeFactory.instance.objectNode();
            EventRevision end = new EventRevision("opened", 4);
            for (Upcaster faulty : List.of(
                    Upcaster.from("opened", 3)
                            .change((payload, event) -> {
                                throw new IllegalStateException("no");
                            })
                            .toNextRevision(),
                    Upcaster.from("opened", 3)
                            .splitInto(Set.of(end), payload -> List.of(RevisedEvent.of("greeted", 1, empty))))) {
                assertThatExceptionOfType(EventDecodingException.class)
                        .isThrownBy(() -> codec(faulty).decode(stored("opened", 3, "{}")))
                        .withMessageContaining("the upcaster from 'opened' revision 3")
                        .withMessageContaining("position 7");
            }
            assertThatExceptionOfType(EventDecodingException.class)
                    .isThrownBy(() -> codec(THIRD).decode(stored("opened", 3, "[1]")))
                    .withMessageContaining("not a JSON object");
        }
    }

    @Test
    void without_upcasters_a_class_reads_its_own_revision_only() {
        EventCodec codec = TestEvents.codec();
        assertThat(codec.reads(new EventRevision("withdrawn", 3))).isTrue();
        assertThat(codec.reads(new EventRevision("withdrawn", 2))).isFalse();
        assertThat(codec.reads(new EventRevision("withdrawn", 4))).isFalse();
        assertThat(codec.reads(new EventRevision("nothing", 1))).isFalse();
    }
}
