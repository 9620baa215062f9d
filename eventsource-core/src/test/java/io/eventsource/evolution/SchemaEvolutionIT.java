package io.eventsource.evolution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.eventsource.aggregate.AggregateRepository;
import io.eventsource.aggregate.AggregateRoot;
import io.eventsource.aggregate.AggregateType;
import io.eventsource.aggregate.CommandRetries;
import io.eventsource.event.EventCodec;
import io.eventsource.event.EventDecodingException.UnreadableRevisionException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventMetadata;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.event.Upcaster;
import io.eventsource.event.Upcaster.RevisedEvent;
import io.eventsource.evolution.Accounts.Closed;
import io.eventsource.evolution.Accounts.Greeted;
import io.eventsource.evolution.Accounts.Opened;
import io.eventsource.evolution.Accounts.Opened1;
import io.eventsource.evolution.Accounts.Opened2;
import io.eventsource.evolution.Accounts.Opened3;
import io.eventsource.evolution.Accounts.Pinged;
import io.eventsource.evolution.Accounts.Shut;
import io.eventsource.log.HighWaterMark;
import io.eventsource.log.LogQuery;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.MethodEventHandlers;
import io.eventsource.projection.Projection;
import io.eventsource.signal.LogSignal;
import io.eventsource.store.AppendResult;
import io.eventsource.store.EventStore;
import io.eventsource.store.EventStore.StreamSlice;
import io.eventsource.store.StreamAppend;
import io.eventsource.store.StreamQuery;
import io.eventsource.subscription.InstanceSettings;
import io.eventsource.subscription.SubscriptionDefinition;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionSettings;
import io.eventsource.testing.OnEachPostgres;
import io.eventsource.testing.TestDatabase;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Events of four revisions through three upcasters with a split in the middle, an alias and dropped events. */
@OnEachPostgres
class SchemaEvolutionIT {

    private static final Opened ADA = new Opened("ada", new BigDecimal("12.50"), "EUR");
    private static final Greeted HELLO = new Greeted("ada");

    private final TestDatabase database;
    private final EventStore store;
    private final UUID account = UUID.randomUUID();
    private final List<Long> positions = new ArrayList<>();

    SchemaEvolutionIT(TestDatabase database) {
        this.database = database;
        this.store = database.store(Accounts.today(), new LogSignal());
    }

    /** One event of each revision, one under an alias, one that is dropped. */
    @BeforeEach
    void history() {
        Stream.of(
                        new Opened1("ada", "12.50"),
                        new Opened2("ada", "12.50"),
                        new Opened3("ada", new BigDecimal("12.50")),
                        new Opened("ada", new BigDecimal("12.50"), "EUR"),
                        new Shut("over"),
                        new Pinged(1))
                .forEach(this::appendAsOnce);
    }

    private void appendAsOnce(Object event) {
        AppendResult result = database.store(Accounts.earlier(event.getClass()), new LogSignal())
                .append(StreamAppend.to("account", account, event));
        positions.add(result.firstPosition());
    }

    private long position(int version) {
        return positions.get(version - 1);
    }

    private void assertWhole(List<EventEnvelope<Object>> events) {
        assertThat(events)
                .extracting(EventEnvelope::payload)
                .containsExactly(ADA, HELLO, ADA, HELLO, ADA, ADA, new Closed("over"));
        assertThat(events).extracting(EventEnvelope::version).containsExactly(1L, 1L, 2L, 2L, 3L, 4L, 5L);
        assertThat(events).extracting(EventEnvelope::part).containsExactly(1, 2, 1, 2, 1, 1, 1);
        assertThat(events)
                .extracting(EventEnvelope::position)
                .containsExactly(
                        position(1), position(1), position(2), position(2), position(3), position(4), position(5));
    }

    @Test
    void a_stream_is_read_in_order_with_the_versions_and_positions_that_are_stored() {
        assertWhole(store.readStream(StreamQuery.of(account)));
        assertWhole(store.streamEvents(StreamQuery.of(account)).toList());
        List<EventEnvelope<Object>> newestFirst =
                new ArrayList<>(store.readStream(StreamQuery.of(account).backward()));
        Collections.reverse(newestFirst);
        assertWhole(newestFirst);
    }

    @Test
    void a_slice_tells_how_far_it_went_where_the_last_event_is_dropped() {
        StreamSlice slice = store.readStreamSlice(StreamQuery.of(account).from(5));
        assertThat(slice.events()).hasSize(1);
        assertThat(slice.storedEvents()).isEqualTo(2);
        assertThat(slice.lowestVersion()).isEqualTo(5);
        assertThat(slice.highestVersion()).isEqualTo(6);
        assertThat(slice.aggregateType()).isEqualTo("account");
        assertThat(store.readStreamSlice(StreamQuery.of(UUID.randomUUID())).nothingStored())
                .isTrue();
    }

    @Test
    void a_limit_counts_stored_events_and_tears_no_parts_apart() {
        assertThat(store.readStream(StreamQuery.of(account).limit(2))).hasSize(4);
        assertThat(store.streamEvents(StreamQuery.of(account).limit(2))).hasSize(4);
    }

    @Test
    void pages_go_on_behind_split_and_dropped_events() {
        UUID longOne = UUID.randomUUID();
        EventStore earlier = database.store(Accounts.earlier(Pinged.class, Opened1.class), new LogSignal());
        earlier.append(StreamAppend.to("account", longOne, Collections.nCopies(1_100, new Pinged(1))));
        earlier.append(StreamAppend.to("account", longOne, Collections.nCopies(1_100, new Opened1("ada", "1"))));

        List<Long> versions = store.streamEvents(StreamQuery.of(longOne))
                .map(EventEnvelope::version)
                .toList();

        assertThat(versions).hasSize(2_200).isSorted();
        assertThat(Set.copyOf(versions)).hasSize(1_100).contains(1_101L, 2_200L);
    }

    @Test
    void an_event_found_by_its_id_has_all_its_parts() {
        UUID id = store.readStream(StreamQuery.of(account)).get(0).eventId();
        assertThat(store.findEvent(id)).extracting(EventEnvelope::payload).containsExactly(ADA, HELLO);
    }

    @Test
    void the_log_filtered_by_a_type_has_what_is_stored_under_other_names() {
        LogQuery mine = LogQuery.after(position(1) - 1);
        assertThat(store.streamLog(mine.eventTypes(Set.of("greeted"))).map(StoredEvent::position))
                .contains(position(1), position(2));
        assertThat(store.streamLog(mine.eventTypes(Set.of("closed"))).map(StoredEvent::position))
                .containsExactly(position(5));
        assertThat(store.readLog(mine.eventTypes(Set.of("closed"))).events())
                .extracting(StoredEvent::eventType)
                .containsExactly("shut");
        assertWhole(store.streamLog(mine)
                .flatMap(event -> store.decode(event).stream())
                .toList());
    }

    /** Counts what it is folded from. */
    @AggregateType("account")
    static final class Account extends AggregateRoot<Integer, Accounts.Event> {

        Account(UUID id) {
            super(id, 0);
        }

        @Override
        protected Integer evolve(Integer state, Accounts.Event event) {
            return state + 1;
        }

        void close() {
            raise(new Closed("again"));
        }
    }

    @Test
    void an_aggregate_folds_all_parts_and_appends_behind_a_dropped_event() {
        AggregateRepository<Account> accounts = AggregateRepository.of(
                Account.class, store, new CommandRetries(0, Duration.ofMillis(1), Duration.ofMillis(1)));
        Account loaded = accounts.load(account);
        assertThat(loaded.state()).isEqualTo(7);
        assertThat(loaded.version()).isEqualTo(6);

        loaded.close();
        accounts.save(loaded);

        assertThat(store.currentVersion(account)).isEqualTo(7);
        UUID onlyDropped = UUID.randomUUID();
        database.store(Accounts.earlier(Pinged.class), new LogSignal())
                .append(StreamAppend.to("account", onlyDropped, new Pinged(1)));
        assertThat(accounts.exists(onlyDropped)).isTrue();
        assertThat(accounts.load(onlyDropped).version()).isEqualTo(1);
    }

    @Test
    void upcasters_are_shown_the_whole_event_when_an_aggregate_is_folded() {
        List<StoredEvent> shown = new CopyOnWriteArrayList<>();
        Upcaster looking = new Upcaster() {
            @Override
            public EventRevision from() {
                return new EventRevision("opened", 3);
            }

            @Override
            public Set<EventRevision> to() {
                return Set.of(new EventRevision("opened", 4));
            }

            @Override
            public List<RevisedEvent> upcast(JsonNode payload, StoredEvent stored) {
                shown.add(stored);
                return List.of(RevisedEvent.of(
                        "opened",
                        4,
                        ((ObjectNode) payload).put("currency", stored.metadata().actorId())));
            }
        };
        EventStore reading = database.store(
                new EventCodec(Accounts.registry(), PayloadSerializer.json(), List.of(looking)), new LogSignal());
        UUID old = UUID.randomUUID();
        EventMetadata metadata = EventMetadata.none()
                .withTenantId("north")
                .withActorId("EUR")
                .withCorrelationId("one")
                .withCausationId("other")
                .withHeader("name", "value");
        database.store(Accounts.earlier(Opened3.class), new LogSignal())
                .append(StreamAppend.to("account", old, new Opened3("ada", new BigDecimal("12.50")))
                        .withMetadata(metadata));
        database.store(Accounts.earlier(Opened.class), new LogSignal())
                .append(StreamAppend.to("account", old, ADA).withMetadata(metadata));
        StoredEvent asStored =
                reading.streamLog(LogQuery.after(position(6))).findFirst().orElseThrow();

        for (int i = 0; i < 2; i++) {
            assertThat(reading.readPayloads(old, "account", 9).payloads()).containsExactly(ADA, ADA);
            assertThat(reading.readSnapshottedStream(old, "account", 1).events().payloads())
                    .containsExactly(ADA, ADA);
        }
        assertThat(shown).hasSize(4).containsOnly(asStored);
    }

    @Test
    void an_event_of_newer_code_is_a_clear_error() {
        EventStore older = database.store(Accounts.earlier(Opened3.class), new LogSignal());
        assertThatExceptionOfType(UnreadableRevisionException.class)
                .isThrownBy(
                        () -> older.readStream(StreamQuery.of(account).from(4).to(4)))
                .satisfies(newer -> {
                    assertThat(newer.fromNewerCode()).isTrue();
                    assertThat(newer.position()).isEqualTo(position(4));
                    assertThat(newer.version()).isEqualTo(4);
                });
    }

    /** Handles what was once a part of another event, and what had another name. */
    @Projection("greetings")
    public static final class Greetings {

        private final List<EventEnvelope<?>> handled = new CopyOnWriteArrayList<>();

        @EventHandler
        void on(Greeted greeted, EventEnvelope<Greeted> event) {
            handled.add(event);
        }

        @EventHandler
        void on(Closed closed, EventEnvelope<Closed> event) {
            handled.add(event);
        }
    }

    /** Fails once, between two parts. */
    @Projection("everything")
    public static final class Everything {

        private final List<EventEnvelope<?>> handled = new CopyOnWriteArrayList<>();
        private final TestDatabase database;
        private final UUID account;

        Everything(TestDatabase database, UUID account) {
            this.database = database;
            this.account = account;
        }

        @EventHandler
        void on(EventEnvelope<Accounts.Event> event) {
            if (!event.aggregateId().equals(account)) {
                return;
            }
            handled.add(event);
            if (handled.size() == 2) {
                throw new IllegalStateException("in the middle of an event");
            }
            database.jdbc().update("INSERT INTO parts VALUES (?, ?, ?)", account, event.position(), event.part());
        }
    }

    private SubscriptionManager manager(EventHandlers handlers) {
        // from the beginning of this test's history
        database.jdbc()
                .update(
                        """
                        INSERT INTO eventsource.projection_checkpoints (projection_name, segment, position)
                        VALUES (?, 0, ?) ON CONFLICT (projection_name, segment) DO UPDATE SET position = excluded.position""",
                        handlers.name(),
                        position(1) - 1);
        return SubscriptionManager.builder(
                        TestDatabase.events(database.dataSource(), Accounts.today()),
                        HighWaterMark.of(database.dataSource(), TestDatabase.SCHEMA, Clock.systemUTC()),
                        new LogSignal())
                .settings(InstanceSettings.defaults().withPollInterval(Duration.ofMillis(50)))
                .build(List.of(new SubscriptionDefinition(
                        handlers, SubscriptionSettings.builder().batchSize(1).build(), database.transactionManager())));
    }

    private static void drive(SubscriptionManager manager, String name, long upTo) {
        manager.start();
        try {
            await().atMost(Duration.ofSeconds(20))
                    .pollInterval(Duration.ofMillis(10))
                    .until(() -> manager.status(name).orElseThrow().position() >= upTo);
        } finally {
            assertThat(manager.stop(Duration.ofSeconds(10))).isTrue();
        }
    }

    @Test
    void a_projection_gets_the_parts_and_the_names_it_handles_and_nothing_else() {
        Greetings greetings = new Greetings();

        drive(manager(MethodEventHandlers.of(greetings, Accounts.registry())), "greetings", position(6));

        assertThat(greetings.handled)
                .<Object>extracting(EventEnvelope::payload)
                .containsExactly(HELLO, HELLO, new Closed("over"));
        assertThat(greetings.handled)
                .extracting(EventEnvelope::position)
                .containsExactly(position(1), position(2), position(5));
        assertThat(greetings.handled).extracting(EventEnvelope::part).containsExactly(2, 2, 1);
    }

    @Test
    void the_checkpoint_moves_only_behind_all_parts_of_an_event() {
        database.jdbc().execute("CREATE TABLE IF NOT EXISTS parts (account uuid, position bigint, part int)");
        Everything everything = new Everything(database, account);

        drive(manager(MethodEventHandlers.of(everything, Accounts.registry())), "everything", position(6));

        assertThat(everything.handled).extracting(EventEnvelope::part).startsWith(1, 2, 1, 2);
        assertThat(database.jdbc()
                        .queryForList(
                                "SELECT part FROM parts WHERE account = ? ORDER BY position, part",
                                Integer.class,
                                account))
                .containsExactly(1, 2, 1, 2, 1, 1, 1);
    }
}
