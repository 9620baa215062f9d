package io.eventsource.inbox;

import io.eventsource.EventSourceException;
import io.eventsource.batch.BatchTransaction;
import io.eventsource.batch.BatchTransaction.HandlerOutsideBatchException;
import io.eventsource.deadletter.DeadLetterParking.ParkingChangedException;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.SameCause;
import io.eventsource.event.EventEnvelope;
import io.eventsource.failure.FailureReports;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.EventHandlers.Delivery;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.time.Clocks;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Handles messages so that each takes effect once in this service's database: the inbox's rows, what the handlers write and
 * what is set aside commit in one transaction, and the broker is told afterwards. What a crash leaves behind is delivered
 * again and recognised. Handlers with at-least-once delivery write elsewhere, in a transaction of their own manager's that commits before.
 * Thread-safe as far as the handlers are; each partition of the broker is driven by one {@link InboxPartition}.
 */
public final class InboxConsumer {

    /** More would mean that keys are set aside and freed faster than a batch is handled. */
    private static final int MAX_TRIES = 10;

    private final EventHandlers handlers;
    private final MessageDecoder decoder;
    private final Inbox inbox;
    private final PoisonMessages poisonMessages;
    private final ErrorHandling errors;
    private final @Nullable PlatformTransactionManager transactionManager;
    private final TransactionOperations transaction;
    private final TransactionOperations handling;
    private final DataSource dataSource;
    private final TransactionParticipation participation;
    private final Settings settings;
    private final DeadLetterReplay.Target.Bounds bounds;
    private final SameCause sameCause;
    private final FailureReports reports = new FailureReports(Ticker.system());
    private volatile InboxFeed.Counts counts = InboxFeed.Counts.NONE;

    /**
     * Creates a consumer. Nothing is read or written yet.
     *
     * @param target what handles the events, under whose name the inbox remembers, and how long that may take. Its transaction
     *     manager begins the transactions, and must govern the data source; with at-least-once delivery it begins those of the handlers,
     *     and null means none
     * @param database where the inbox is, with this service's event classes; the handlers' types are looked up there
     * @param errors what an error is taken for, who hears of it, and when what was parked is handled again by itself
     * @param settings batches, pauses, retention, and when a message is parked
     */
    public InboxConsumer(
            DeadLetterReplay.Target target, EventDatabase database, ErrorHandling errors, Settings settings) {
        this(target, database, PoisonMessages.of(database, errors, settings), errors, settings);
    }

    /** With another decision about failing messages. */
    InboxConsumer(
            DeadLetterReplay.Target target,
            EventDatabase database,
            PoisonMessages poisonMessages,
            ErrorHandling errors,
            Settings settings) {
        this.handlers = EventHandlers.requireInsideBatch(target.handlers());
        this.decoder = new MessageDecoder(database.codec().select(handlers.eventTypes()));
        this.inbox = new Inbox(new JdbcTemplate(database.dataSource()), database.schema());
        this.poisonMessages = poisonMessages;
        this.errors = errors;
        this.transactionManager = target.transactionManager();
        this.dataSource = database.dataSource();
        this.participation = new TransactionParticipation(dataSource);
        if (handlers.delivery() == Delivery.AT_LEAST_ONCE) {
            this.transaction = named(
                    handlers.name(),
                    template(new JdbcTransactionManager(TransactionParticipation.target(dataSource)), false));
            this.handling = transactionManager == null
                    ? TransactionOperations.withoutTransaction()
                    : BatchTransaction.keepingCause(template(transactionManager, true));
        } else {
            this.transaction = named(handlers.name(), template(required(transactionManager), false));
            this.handling = TransactionOperations.withoutTransaction();
        }
        this.settings = settings;
        this.bounds = target.bounds();
        this.sameCause = new SameCause(settings.sameCauseThreshold());
    }

    private static TransactionOperations named(String consumer, TransactionTemplate template) {
        template.setName("eventsource inbox of " + consumer);
        return BatchTransaction.keepingCause(template);
    }

    private PlatformTransactionManager required(@Nullable PlatformTransactionManager manager) {
        if (manager == null) {
            throw new EventSourceException(
                    "The consumer '%s' has exactly-once delivery and no transaction manager. Give it the one of the inbox's data source."
                            .formatted(name()));
        }
        return manager;
    }

    /** What is looked up behind the inbox's record must be what is committed then. */
    private static TransactionTemplate template(PlatformTransactionManager manager, boolean ofItsOwn) {
        TransactionTemplate template = new TransactionTemplate(manager);
        if (ofItsOwn) {
            template.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
        } else {
            template.setIsolationLevel(TransactionDefinition.ISOLATION_READ_COMMITTED);
        }
        return template;
    }

    /**
     * The name that the inbox remembers under.
     *
     * @return the handlers' name
     */
    public String name() {
        return handlers.name();
    }

    /**
     * Batches, pauses, retention.
     *
     * @return the settings
     */
    public Settings settings() {
        return settings;
    }

    /**
     * What has become of messages since this consumer was made.
     *
     * @return counts that only rise
     */
    public InboxFeed.Counts counts() {
        return counts;
    }

    /**
     * What handles this consumer's dead letters again.
     *
     * @return the same handlers, transactions and bounds
     */
    public DeadLetterReplay.Target replayTarget() {
        return new DeadLetterReplay.Target(handlers, transactionManager, bounds);
    }

    /**
     * Begins to drive a partition.
     *
     * @param partition the name of a partition or stream
     * @return what handles its messages, used by one thread at a time
     */
    public InboxPartition partition(String partition) {
        return new InboxPartition(this, errors, partition, Clocks.system());
    }

    /** Shared by all partitions: what fails in one fails in all. */
    SameCause sameCause() {
        return sameCause;
    }

    /** Says which failures are logged with a stack trace. */
    FailureReports reports() {
        return reports;
    }

    Instant now() {
        return inbox.now();
    }

    /**
     * Forgets what is older than the retention and acknowledged.
     *
     * @return how many messages were forgotten
     */
    int forget(String partition, Instant acknowledged) {
        return inbox.forget(name(), partition, acknowledged, settings.retention());
    }

    /**
     * Handles messages in one transaction; passes over those that are known, and those of no interest.
     *
     * @return what became of them
     */
    InboxFeed.Counts handle(List<IncomingMessage> messages) {
        List<IncomingMessage> wanted =
                messages.stream().filter(decoder::concerns).toList();
        Batch batch = wanted.isEmpty() ? new Batch(List.of(), List.of()) : handleWanted(wanted);
        int fresh = batch.handled().size() + batch.behind().size();
        return count(new InboxFeed.Counts(
                batch.handled().size(), messages.size() - fresh, batch.behind().size()));
    }

    /** Messages that were new: those that are handled, and those that wait behind others of their keys. */
    private record Batch(List<IncomingMessage> handled, List<IncomingMessage> behind) {}

    private Batch handleWanted(List<IncomingMessage> wanted) {
        List<IncomingMessage> recorded = new ArrayList<>();
        for (int tries = 1; ; tries++) {
            recorded.clear();
            try {
                return Objects.requireNonNull(
                        transaction.execute(status -> handleInTransaction(wanted, recorded, status)));
            } catch (HandlerOutsideBatchException left) {
                if (left.classification().category() == ErrorClassification.Category.PERMANENT) {
                    // a commit by force has recorded those behind it as well, which would never be handled
                    transaction.executeWithoutResult(status -> inbox.release(name(), recorded));
                }
                throw left;
            } catch (ParkingChangedException freed) {
                if (tries == MAX_TRIES) {
                    throw freed;
                }
            }
        }
    }

    private Batch handleInTransaction(
            List<IncomingMessage> wanted, List<IncomingMessage> recorded, TransactionStatus status) {
        requireGoverned();
        recorded.addAll(inbox.record(name(), wanted));
        Batch batch = divide(recorded);
        BatchTransaction begun = BatchTransaction.current(name(), dataSource, status);
        if (!batch.handled().isEmpty()) {
            bounds.run(() -> begun.watchCalls(() -> handleEvents(batch.handled())));
            begun.requireIntact();
        }
        if (!batch.behind().isEmpty()) {
            poisonMessages.parkBehind(name(), batch.behind());
        }
        return batch;
    }

    private Batch divide(List<IncomingMessage> fresh) {
        if (fresh.isEmpty()) {
            return new Batch(fresh, List.of());
        }
        Set<String> parked = poisonMessages.parkedKeys(
                name(), fresh.stream().map(IncomingMessage::key).collect(Collectors.toUnmodifiableSet()));
        List<IncomingMessage> handled = new ArrayList<>();
        List<IncomingMessage> behind = new ArrayList<>();
        fresh.forEach(message -> (parked.contains(message.key()) ? behind : handled).add(message));
        return new Batch(handled, behind);
    }

    private void handleEvents(List<IncomingMessage> messages) {
        List<EventEnvelope<Object>> events = messages.stream()
                .flatMap(message -> decoder.decode(message).stream())
                .toList();
        if (!events.isEmpty()) {
            handling.executeWithoutResult(status -> handlers.handleAll(events));
        }
    }

    boolean isPoison(IncomingMessage message, ErrorInfo error) {
        return poisonMessages.isPoison(message, error);
    }

    /**
     * Sets a message aside that has failed for good, in a transaction of its own, unless somebody else has handled it meanwhile; says as which
     * entry, 0 for none.
     */
    long park(IncomingMessage message, ErrorInfo error) {
        List<Long> entries = Objects.requireNonNull(transaction.execute(status -> {
            requireGoverned();
            return inbox.record(name(), List.of(message)).stream()
                    .map(each -> poisonMessages.park(name(), each, error))
                    .toList();
        }));
        InboxFeed.Counts unused =
                count(entries.isEmpty() ? new InboxFeed.Counts(0, 1, 0) : new InboxFeed.Counts(0, 0, 1));
        return entries.isEmpty() ? 0 : entries.get(0);
    }

    private synchronized InboxFeed.Counts count(InboxFeed.Counts more) {
        counts = counts.plus(more);
        return more;
    }

    private void requireGoverned() {
        if (!participation.active()) {
            throw new EventSourceException(
                    "The transaction manager %s of the consumer '%s' does not govern the data source of the inbox, so that a message and its effect could not commit together. Give it a transaction manager of that data source."
                            .formatted(transactionManager, name()));
        }
    }

    /**
     * How a consumer handles messages.
     *
     * @param batchSize how many messages share a transaction at most, 1 to 10,000
     * @param retryDelay the pause after the first failure of a message; it doubles with each further one
     * @param maxRetryDelay the longest pause
     * @param retention how long it is remembered which messages were handled, at least an hour
     * @param sameCauseThreshold for how many different keys in a row messages may be parked for the same cause, 0 to 1,000; the next one waits
     *     instead. 0 parks them all
     * @param maxRetries how often a message that fails is tried again before it goes to the dead-letter queue, 0 to 1,000; null for ever,
     *     while everything behind it in its partition waits
     */
    public record Settings(
            int batchSize,
            Duration retryDelay,
            Duration maxRetryDelay,
            Duration retention,
            int sameCauseThreshold,
            @Nullable Integer maxRetries) {

        private static final int MAX_THRESHOLD = 1_000;

        private static final int MAX_RETRIES = 1_000;

        private static final int USUAL_RETRIES = 5;

        private static final int MAX_BATCH_SIZE = 10_000;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming what is out of bounds
         */
        public Settings {
            if (batchSize < 1 || batchSize > MAX_BATCH_SIZE) {
                throw new IllegalArgumentException(
                        "batch.size must be 1 to %d, but it is %d".formatted(MAX_BATCH_SIZE, batchSize));
            }
            if (retryDelay.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("retry.delay must be 1 ms or more, but it is " + retryDelay);
            }
            if (maxRetryDelay.compareTo(retryDelay) < 0) {
                throw new IllegalArgumentException("retry.max-delay must not be below retry.delay, but it is %s and %s"
                        .formatted(maxRetryDelay, retryDelay));
            }
            if (retention.compareTo(Duration.ofHours(1)) < 0) {
                throw new IllegalArgumentException("retention must be an hour or more, but it is " + retention);
            }
            if (sameCauseThreshold < 0 || sameCauseThreshold > MAX_THRESHOLD) {
                throw new IllegalArgumentException("dead-letter.same-cause-threshold must be 0 to %d, but it is %d"
                        .formatted(MAX_THRESHOLD, sameCauseThreshold));
            }
            if (maxRetries != null && (maxRetries < 0 || maxRetries > MAX_RETRIES)) {
                throw new IllegalArgumentException(
                        "retry.max-retries must be 0 to %d, but it is %d".formatted(MAX_RETRIES, maxRetries));
            }
        }

        /**
         * With the usual number of retries and of keys for the same cause.
         *
         * @param batchSize how many messages share a transaction at most
         * @param retryDelay the pause after the first failure of a message
         * @param maxRetryDelay the longest pause
         * @param retention how long it is remembered which messages were handled
         * @throws IllegalArgumentException naming what is out of bounds
         */
        public Settings(int batchSize, Duration retryDelay, Duration maxRetryDelay, Duration retention) {
            this(batchSize, retryDelay, maxRetryDelay, retention, SameCause.USUAL_THRESHOLD, USUAL_RETRIES);
        }

        /**
         * What an application has that sets nothing.
         *
         * @return the settings
         */
        public static Settings defaults() {
            return new Settings(100, Duration.ofSeconds(1), Duration.ofSeconds(30), Duration.ofDays(14));
        }
    }
}
