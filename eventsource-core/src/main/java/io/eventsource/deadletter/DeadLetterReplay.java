package io.eventsource.deadletter;

import io.eventsource.deadletter.ReplayEntries.EntryKey;
import io.eventsource.deadletter.ReplayEntries.Selection;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.failure.CauseChain;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.projection.EventHandlers;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
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
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
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
            new ErrorClassification(ErrorClassification.Category.TRANSIENT, ErrorClassification.Severity.HIGH);

    private static final Logger log = LoggerFactory.getLogger(DeadLetterReplay.class);

    private final Map<String, ReplayHandler> handlers;
    private final ReplayEntries entries;
    private final ErrorClassifier classifier;
    private final Settings settings;
    private final Ticker ticker;
    private final ReplayPace.Sleeper sleeper;
    private volatile boolean stopped;

    /**
     * Creates it. No connection is opened.
     *
     * @param targets the projections, each under a name of its own
     * @param database where the tables are, in which form events are, and what tells the time
     * @param classifier tells errors of the infrastructure from others
     * @param settings how fast, and when again
     */
    public DeadLetterReplay(
            Collection<Target> targets, EventDatabase database, ErrorClassifier classifier, Settings settings) {
        this(targets, database, classifier, settings, TimeUnit.NANOSECONDS::sleep);
    }

    DeadLetterReplay(
            Collection<Target> targets,
            EventDatabase database,
            ErrorClassifier classifier,
            Settings settings,
            ReplayPace.Sleeper sleeper) {
        this.handlers = targets.stream()
                .map(target -> new ReplayHandler(target, database.dataSource(), database.codec()))
                .collect(Collectors.toUnmodifiableMap(ReplayHandler::name, Function.identity()));
        this.entries = new ReplayEntries(database.joining(), database.schema());
        this.classifier = classifier;
        this.settings = settings;
        this.ticker = database.clocks().ticker();
        this.sleeper = sleeper;
    }

    /**
     * Handles one entry, and before it those of its aggregate that it waits for.
     *
     * @param id the entry
     * @return what came of it; nothing at all when there is no such open entry
     */
    public Result replay(long id) {
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
    public Result replay(DeadLetterRepository.Filter filter, int limit) {
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
    public Result replayDue(int limit) {
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
    public Result replayDue(Set<String> projections, int limit) {
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

    private Result replay(
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
        Result result = run.result();
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

        private Result result() {
            return new Result(resolved, failed, skipped, unknown, stoppedBy, limitReached);
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
            boolean shortage = CauseChain.first(failure, OutOfMemoryError.class) != null;
            ErrorClassification classification = shortage ? TOO_LARGE : classifier.classify(failure);
            if ((claimed == null && !shortage)
                    || classification.category() == ErrorClassification.Category.INFRASTRUCTURE
                    || Thread.currentThread().isInterrupted()) {
                stoppedBy = failure;
                return Outcome.STOPPED;
            }
            int replays = claimed == null ? 1 : claimed.attempts().replays() + 1;
            try {
                entries.failed(
                        key,
                        claimed == null ? DeadLetter.Status.FAILED : claimed.status(),
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

    /**
     * What came of handling dead letters again.
     *
     * @param resolved how many were handled and are closed
     * @param failed how many failed again
     * @param skipped how many were left as they are: behind one that failed, in the hands of another replay, or closed meanwhile
     * @param unknownProjections how many open entries the request was for of projections that this process does not have, by name; they are left
     * @param stoppedBy what ended it early although no entry was at fault, such as a database that is away; null when nothing did
     * @param limitReached whether the limit has ended it, so that there may be more
     */
    public record Result(
            int resolved,
            int failed,
            int skipped,
            Map<String, Long> unknownProjections,
            @Nullable Throwable stoppedBy,
            boolean limitReached) {

        /** Copies the map. */
        public Result {
            unknownProjections = Map.copyOf(unknownProjections);
        }
    }

    /**
     * How dead letters are handled again.
     *
     * @param perSecond how many at most in a second, 1 to 100,000
     * @param automaticRetry when those that failed are handled again by themselves
     */
    public record Settings(int perSecond, AutomaticRetry automaticRetry) {

        private static final int MAX_PER_SECOND = 100_000;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public Settings {
            if (perSecond < 1 || perSecond > MAX_PER_SECOND) {
                throw new IllegalArgumentException(
                        "per-second must be 1 to %d, but it is %d".formatted(MAX_PER_SECOND, perSecond));
            }
        }

        /**
         * What an application has that sets nothing.
         *
         * @return the settings
         */
        public static Settings defaults() {
            return new Settings(100, AutomaticRetry.OFF);
        }
    }

    /**
     * When dead letters that failed are handled again by themselves.
     *
     * @param maxReplays how often at most, once the event is parked; 0 means never
     * @param firstDelay the pause after the event was parked, 1 ms or more
     * @param multiplier by how much each further pause is longer, 1 to 10
     * @param maxDelay the longest pause, not below the first
     */
    public record AutomaticRetry(int maxReplays, Duration firstDelay, double multiplier, Duration maxDelay) {

        /** Nothing is handled again by itself but what waits behind closed entries, or somebody has marked. */
        public static final AutomaticRetry OFF = new AutomaticRetry(0, Duration.ofMinutes(1), 2, Duration.ofHours(1));

        private static final double MAX_MULTIPLIER = 10;

        /**
         * Checks the values.
         *
         * @throws IllegalArgumentException naming the property that is out of bounds
         */
        public AutomaticRetry {
            if (maxReplays < 0) {
                throw new IllegalArgumentException("max-retries must not be negative, but it is " + maxReplays);
            }
            if (firstDelay.compareTo(Duration.ofMillis(1)) < 0) {
                throw new IllegalArgumentException("delay must be 1 ms or more, but it is " + firstDelay);
            }
            if (maxDelay.compareTo(firstDelay) < 0) {
                throw new IllegalArgumentException(
                        "max-delay must not be below delay, but they are %s and %s".formatted(maxDelay, firstDelay));
            }
            if (!(multiplier >= 1 && multiplier <= MAX_MULTIPLIER)) {
                throw new IllegalArgumentException("multiplier must be 1 to 10, but it is " + multiplier);
            }
        }

        /**
         * When an entry is handled again that has just failed.
         *
         * @param replays how often it was handled again since it was parked
         * @return after which time; null when somebody has to say so
         */
        public @Nullable Duration next(int replays) {
            if (replays >= maxReplays) {
                return null;
            }
            double millis = firstDelay.toMillis() * Math.pow(multiplier, replays);
            return millis >= maxDelay.toMillis() ? maxDelay : Duration.ofMillis(Math.round(millis));
        }
    }

    /**
     * A projection whose dead letters can be handled again.
     *
     * @param handlers what handles the events
     * @param transactionManager begins the transactions in which they are handled, as for the projection's subscription: with exactly-once
     *     delivery it must govern the event store's data source; with at-least-once delivery null means no transaction
     * @param bounds how long each may take
     */
    public record Target(
            EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager, Bounds bounds) {

        /**
         * A projection whose handlers may take as long as they do.
         *
         * @param handlers as for the record
         * @param transactionManager as for the record
         */
        public Target(EventHandlers handlers, @Nullable PlatformTransactionManager transactionManager) {
            this(handlers, transactionManager, Bounds.NONE);
        }

        /** What keeps the handling of a dead letter or a message from going on for ever and from holding locks while its client is silent. */
        @FunctionalInterface
        public interface Bounds {

            /** Handling may take as long as it does. */
            Bounds NONE = Runnable::run;

            /**
             * Handles a dead letter or messages, in the transaction of the event store's data source that is to close or record them.
             *
             * @param handling what to run, in this thread
             * @throws RuntimeException what the handling throws, or that it has taken too long
             */
            void run(Runnable handling);
        }
    }
}
