package io.eventsource.deadletter;

import io.eventsource.deadletter.ReplayEntries.EntryKey;
import io.eventsource.deadletter.ReplayEntries.Selection;
import io.eventsource.error.ErrorCategory;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorSeverity;
import io.eventsource.event.EventCodec;
import io.eventsource.log.MemoryShortage;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.time.Ticker;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Handles dead letters again: one, those of a filter, or those that are due. Each is a transaction of its own, in which the handler writes
 * and the entry is closed: an entry leaves the queue exactly when what its handler wrote is committed, however often and by
 * however many processes it is replayed, and whenever they die. Entries of an aggregate that is kept in order are handled in order, and when
 * one is handled the next follow, whatever the filter; one that fails stops its aggregate and no other. The checkpoint is never touched.
 *
 * <p>With at-least-once delivery the handler commits first, so that an event may be handled twice.
 *
 * <p>Must not be called in a transaction. Thread-safe; blocks until it is done. How it agrees with the subscription stands in
 * {@link DeadLetterParking}.
 */
public final class DeadLetterReplay {

    /** How many entries are handled unless more are asked for. */
    public static final int DEFAULT_LIMIT = 100;

    private static final ErrorClassification TOO_LARGE =
            new ErrorClassification(ErrorCategory.TRANSIENT, ErrorSeverity.HIGH);

    private static final Logger log = LoggerFactory.getLogger(DeadLetterReplay.class);

    private final Map<String, ReplayHandler> handlers;
    private final ReplayEntries entries;
    private final ErrorClassifier classifier;
    private final ReplaySettings settings;
    private final Ticker ticker;
    private final ReplayPace.Sleeper sleeper;
    private volatile boolean stopped;

    /**
     * Creates it. No connection is opened.
     *
     * @param targets the projections, each under a name of its own
     * @param dataSource where the tables are
     * @param schema the schema that holds them
     * @param codec the JSON form of events
     * @param classifier tells errors of the infrastructure from others
     * @param settings how fast, and when again
     */
    public DeadLetterReplay(
            Collection<ReplayTarget> targets,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            ErrorClassifier classifier,
            ReplaySettings settings) {
        this(targets, dataSource, schema, codec, classifier, settings, Ticker.system(), TimeUnit.NANOSECONDS::sleep);
    }

    DeadLetterReplay(
            Collection<ReplayTarget> targets,
            DataSource dataSource,
            EventSourceSchema schema,
            EventCodec codec,
            ErrorClassifier classifier,
            ReplaySettings settings,
            Ticker ticker,
            ReplayPace.Sleeper sleeper) {
        this.handlers = targets.stream()
                .map(target -> new ReplayHandler(target, dataSource, codec))
                .collect(Collectors.toUnmodifiableMap(ReplayHandler::name, Function.identity()));
        this.entries = new ReplayEntries(new JdbcTemplate(dataSource), schema);
        this.classifier = classifier;
        this.settings = settings;
        this.ticker = ticker;
        this.sleeper = sleeper;
    }

    /**
     * Handles one entry, and before it those of its aggregate that it waits for.
     *
     * @param id the entry
     * @return what came of it; nothing at all when there is no such open entry
     */
    public ReplayResult replay(long id) {
        requireNoTransaction();
        Run run = new Run(Integer.MAX_VALUE);
        Optional<EntryKey> found = entries.find(id);
        found.filter(key -> !handlers.containsKey(key.projection()))
                .ifPresent(key -> run.unknown(Map.of(key.projection(), 1L)));
        found.filter(key -> handlers.containsKey(key.projection())).ifPresent(run::upTo);
        return run.result();
    }

    /**
     * Handles entries in the order in which they were parked. What is interrupted is taken up by the next call.
     *
     * @param filter which, among those that are open
     * @param limit how many at most, 1 or more, for example {@link #DEFAULT_LIMIT}
     * @return what came of it
     */
    public ReplayResult replay(DeadLetterFilter filter, int limit) {
        requireNoTransaction();
        Selection selection = Selection.of(filter);
        return replay(selection, handlers.keySet(), limit, () -> entries.ofOthers(selection, handlers.keySet()));
    }

    /**
     * Handles entries whose time has come: those that somebody has marked, those behind closed ones, and those that are tried again by
     * themselves. To be called now and then by each process that drives projections.
     *
     * @param limit how many at most, 1 or more, for example {@link #DEFAULT_LIMIT}
     * @return what came of it
     */
    public ReplayResult replayDue(int limit) {
        requireNoTransaction();
        Selection selection = Selection.due();
        return replay(selection, handlers.keySet(), limit, () -> entries.ofOthers(selection, handlers.keySet()));
    }

    /**
     * As {@link #replayDue(int)}, for some projections, in one statement when nothing is due.
     *
     * @param projections whose; of those that this process does not have nothing is reported
     * @param limit how many at most, 1 or more, for example {@link #DEFAULT_LIMIT}
     * @return what came of it
     */
    public ReplayResult replayDue(Set<String> projections, int limit) {
        requireNoTransaction();
        Set<String> known = new HashSet<>(projections);
        known.retainAll(handlers.keySet());
        return replay(Selection.due(), known, limit, Map::of);
    }

    /**
     * Lets all calls end after the entry that they are at, with what they have done and a {@link CancellationException} as what has stopped
     * them; later calls do nothing. Does not wait.
     */
    public void stop() {
        stopped = true;
    }

    private ReplayResult replay(
            Selection selection, Set<String> projections, int limit, Supplier<Map<String, Long>> unknown) {
        if (limit < 1) {
            throw new IllegalArgumentException("The limit must be 1 or more, but it is " + limit);
        }
        Run run = new Run(limit);
        run.unknown(unknown.get());
        long after = 0;
        List<EntryKey> page;
        do {
            page = entries.page(selection, projections, after, DEFAULT_LIMIT);
            for (EntryKey key : page) {
                run.withFollowers(key);
                after = key.id();
            }
        } while (page.size() == DEFAULT_LIMIT && run.goesOn());
        ReplayResult result = run.result();
        if (result.resolved() + result.failed() > 0) {
            log.info("Handled dead letters again: {} resolved, {} failed", result.resolved(), result.failed());
        }
        return result;
    }

    private static void requireNoTransaction() {
        if (TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    "Dead letters are handled in transactions of their own. Replay them outside of a transaction.");
        }
    }

    /** What came of one attempt. */
    private enum Outcome {
        RESOLVED,
        FAILED,
        /** An earlier entry of the aggregate is open. */
        BEHIND,
        /** Somebody else has it, or has closed it. */
        TAKEN,
        /** Nothing can be handled at the moment. */
        STOPPED
    }

    /** One call: what it has done so far. */
    private final class Run {

        private final int limit;
        private final ReplayPace pace = new ReplayPace(settings.perSecond(), ticker, sleeper);
        private Map<String, Long> unknown = Map.of();
        /** What a page names was perhaps handled before its turn came, as the follower of another. */
        private final Set<Long> tried = new HashSet<>();

        private int resolved;
        private int failed;
        private int skipped;
        private boolean limitReached;
        private @Nullable Throwable stoppedBy;

        private Run(int limit) {
            this.limit = limit;
        }

        private void unknown(Map<String, Long> counts) {
            unknown = counts;
        }

        private boolean goesOn() {
            limitReached |= resolved + failed >= limit;
            return stoppedBy == null && !limitReached;
        }

        private ReplayResult result() {
            return new ReplayResult(resolved, failed, skipped, unknown, stoppedBy, limitReached);
        }

        /** Handles an entry, and then those of its aggregate that have nobody to wait for any more. */
        private void withFollowers(EntryKey key) {
            Optional<EntryKey> next = Optional.of(key);
            while (next.filter(each -> !tried.contains(each.id())).isPresent()
                    && goesOn()
                    && attempt(next.get()) == Outcome.RESOLVED) {
                next = entries.follower(key);
            }
        }

        /** Handles the entries of an aggregate in order until this one is closed. */
        private void upTo(EntryKey key) {
            Outcome outcome = attempt(key);
            while (outcome == Outcome.BEHIND) {
                skipped--;
                Optional<EntryKey> first = entries.firstOpen(key);
                if (first.isEmpty() || attempt(first.get()) != Outcome.RESOLVED) {
                    return;
                }
                outcome = attempt(key);
            }
        }

        private Outcome attempt(EntryKey key) {
            tried.add(key.id());
            if (stopped) {
                stoppedBy = new CancellationException("The application stops");
                return Outcome.STOPPED;
            }
            try {
                pace.await();
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
                stoppedBy = interrupted;
                return Outcome.STOPPED;
            }
            Outcome outcome = handle(key);
            switch (outcome) {
                case RESOLVED -> resolved++;
                case FAILED -> failed++;
                case BEHIND, TAKEN -> skipped++;
                case STOPPED -> {}
            }
            return outcome;
        }

        private Outcome handle(EntryKey key) {
            ReplayHandler handler = Objects.requireNonNull(handlers.get(key.projection()));
            AtomicReference<@Nullable DeadLetter> claimed = new AtomicReference<>();
            try {
                return handler.inTransaction(begun -> {
                    boolean inOrder = entries.inOrder(key);
                    if (inOrder && !entries.lockAggregate(key)) {
                        return Outcome.TAKEN;
                    }
                    Optional<DeadLetter> letter = entries.lockEntry(key);
                    if (letter.isEmpty()) {
                        return Outcome.TAKEN;
                    }
                    if (inOrder && entries.firstOpen(key).filter(key::equals).isEmpty()) {
                        return Outcome.BEHIND;
                    }
                    claimed.set(letter.get());
                    handler.handle(letter.get().event());
                    begun.requireIntact();
                    Boolean closed = entries.close(key);
                    if (closed == null) {
                        throw begun.ended();
                    }
                    if (!closed) {
                        throw new IllegalStateException(
                                "Somebody has closed the dead letter %d in spite of its lock".formatted(key.id()));
                    }
                    return Outcome.RESOLVED;
                });
            } catch (RuntimeException | Error failure) {
                return failed(key, claimed.get(), failure);
            }
        }

        private Outcome failed(EntryKey key, @Nullable DeadLetter claimed, Throwable failure) {
            // an entry that the memory does not hold must not keep the replay from all behind it
            boolean shortage = MemoryShortage.in(failure);
            ErrorClassification classification = shortage ? TOO_LARGE : classifier.classify(failure);
            if ((claimed == null && !shortage)
                    || classification.category() == ErrorCategory.INFRASTRUCTURE
                    || Thread.currentThread().isInterrupted()) {
                stoppedBy = failure;
                return Outcome.STOPPED;
            }
            int replays = claimed == null ? 1 : claimed.replayCount() + 1;
            try {
                entries.failed(
                        key,
                        claimed == null ? DeadLetterStatus.FAILED : claimed.status(),
                        failure,
                        classification,
                        settings.automaticRetry().next(replays));
                return Outcome.FAILED;
            } catch (DataAccessException unrecorded) {
                unrecorded.addSuppressed(failure);
                stoppedBy = unrecorded;
                return Outcome.STOPPED;
            }
        }
    }
}
