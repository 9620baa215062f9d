package io.eventsource.snapshot;

import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.payload.PayloadProof;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.time.Clocks.Ticker;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What the repositories of an application share for their snapshots: where they are kept, how each type takes them, and who
 * is told. An application makes one and hands it to its repositories. Thread-safe.
 *
 * <p>Background snapshots run on the executor given. Its queue should be bounded: an executor that refuses a snapshot with a
 * {@link RejectedExecutionException} makes it {@link SnapshotListener.Outcome#SKIPPED}. Whoever owns the executor lets it finish its
 * queue at shutdown. An aggregate that waits already is not queued again, since what is taken is its state at that time.
 */
public final class Snapshots {

    private final SnapshotRepository repository;
    private final PayloadSerializer serializer;
    private final PayloadProof proof;
    private final Function<String, @Nullable Settings> settings;
    private final TransactionParticipation participation;
    private final Executor background;
    private final List<SnapshotListener> listeners;
    private final SnapshotWarnings warnings;
    private final Set<UUID> waiting = ConcurrentHashMap.newKeySet();

    /**
     * Creates the snapshots of an application.
     *
     * @param repository where they are kept
     * @param serializer the JSON form of states; the library's own is used in a stricter form, in which a state that lacks a
     *     field or has one too many does not fit its class
     * @param settings the settings of a type of aggregate, or null when it has no snapshots
     * @param participation tells the transactions of the store's data source
     * @param background runs background snapshots
     * @param listeners told what becomes of snapshots
     * @param ticker bounds the rate of warnings
     */
    public Snapshots(
            SnapshotRepository repository,
            PayloadSerializer serializer,
            Function<String, @Nullable Settings> settings,
            TransactionParticipation participation,
            Executor background,
            List<? extends SnapshotListener> listeners,
            Ticker ticker) {
        this.repository = repository;
        this.serializer = serializer.strict();
        this.proof = new PayloadProof(this.serializer);
        this.settings = settings;
        this.participation = participation;
        this.background = background;
        this.listeners = List.copyOf(listeners);
        this.warnings = new SnapshotWarnings(ticker);
    }

    /**
     * How a type takes snapshots.
     *
     * @param aggregateType the type
     * @return its settings, or null when it has no snapshots
     */
    public @Nullable Settings settingsOf(String aggregateType) {
        return settings.apply(aggregateType);
    }

    /**
     * Where snapshots are kept.
     *
     * @return the repository
     */
    public SnapshotRepository repository() {
        return repository;
    }

    /**
     * The JSON form of states.
     *
     * @return the serializer
     */
    public PayloadSerializer serializer() {
        return serializer;
    }

    /**
     * What shows that states can be read back.
     *
     * @return the proof
     */
    public PayloadProof proof() {
        return proof;
    }

    /**
     * Whether what the calling thread writes now takes part in a transaction.
     *
     * @return whether there is a transaction to be committed
     */
    public boolean inTransaction() {
        return participation.running();
    }

    /**
     * Tells the listeners what became of a snapshot.
     *
     * @param aggregateType the aggregate's type
     * @param outcome what
     */
    public void count(String aggregateType, SnapshotListener.Outcome outcome) {
        listeners.forEach(listener -> listener.onSnapshot(aggregateType, outcome));
    }

    /**
     * As {@link #count}, and logs it, once a minute at most for each type and outcome.
     *
     * @param aggregateType the aggregate's type
     * @param outcome what
     * @param what which aggregate it was, and why
     * @param cause what was thrown, if anything was
     */
    public void warn(String aggregateType, SnapshotListener.Outcome outcome, String what, @Nullable Throwable cause) {
        count(aggregateType, outcome);
        warnings.warn(aggregateType, outcome, what, cause);
    }

    /**
     * Takes a snapshot in the background: after the calling thread's transaction has committed when there is one, otherwise
     * now. Never waits.
     *
     * @param aggregateType the aggregate's type
     * @param aggregateId the aggregate
     * @param take takes the snapshot of what is committed; throws nothing
     */
    public void inBackground(String aggregateType, UUID aggregateId, Runnable take) {
        if (TransactionSynchronizationManager.isSynchronizationActive() && participation.running()) {
            TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {
                @Override
                public void afterCommit() {
                    queue(aggregateType, aggregateId, take);
                }
            });
        } else {
            queue(aggregateType, aggregateId, take);
        }
    }

    private void queue(String aggregateType, UUID aggregateId, Runnable take) {
        if (!waiting.add(aggregateId)) {
            return;
        }
        try {
            background.execute(() -> {
                // from here on a save may find that the snapshot under way is too old
                waiting.remove(aggregateId);
                take.run();
            });
        } catch (RejectedExecutionException full) {
            waiting.remove(aggregateId);
            warn(
                    aggregateType,
                    SnapshotListener.Outcome.SKIPPED,
                    aggregateId + " gets none for now, too many others wait or the application stops",
                    null);
        }
    }

    /**
     * How snapshots of one type of aggregate are taken.
     *
     * @param mode who takes them
     * @param policy when they are due; not asked in {@link SnapshotMode#MANUAL} mode
     */
    public record Settings(SnapshotMode mode, SnapshotPolicy policy) {

        /** Who takes a snapshot that is due. */
        public enum SnapshotMode {
            /**
             * The thread that saved. Inside a transaction the snapshot is part of it, and both commit or roll back; outside one, it is
             * taken after the events are committed, and its failure is only counted.
             */
            SYNC,
            /** Another thread, after the commit. Saving does not wait for it, and its failure is only counted. */
            BACKGROUND,
            /** Nobody but the application, by the repository's {@code snapshot}. */
            MANUAL
        }
    }

    /** Told what became of each snapshot. Thread-safe and quick: it runs in the thread that loads or saves. */
    @FunctionalInterface
    public interface SnapshotListener {

        /**
         * Something became of a snapshot.
         *
         * @param aggregateType the aggregate's type
         * @param outcome what
         */
        void onSnapshot(String aggregateType, Outcome outcome);

        /** What became of a snapshot. */
        public enum Outcome {
            /** An aggregate was loaded from it. */
            USED,
            /** It was not used and all events were read, because its JSON does not fit the state's class. */
            UNREADABLE,
            /** It was not used and all events were read, because its state has another declared version. */
            OUTDATED,
            /** It was not used and all events were read, because the log does not hold its event: a restored log. */
            AHEAD,
            /** It was taken and stored. */
            TAKEN,
            /** It was taken and not stored, since a newer one was there. */
            SUPERSEDED,
            /** It was due and not taken, because too many others waited. The next save that finds it due tries again. */
            SKIPPED,
            /** It was due and could not be taken: its state cannot be kept as JSON, or the database failed. */
            FAILED
        }

        /** Counts what became of snapshots since it was made, in this JVM. Thread-safe. */
        public static final class SnapshotStatistics implements SnapshotListener {

            private record Key(String aggregateType, SnapshotListener.Outcome outcome) {}

            private final Map<Key, LongAdder> counts = new ConcurrentHashMap<>();

            /** Begins to count. */
            public SnapshotStatistics() {}

            @Override
            public void onSnapshot(String aggregateType, SnapshotListener.Outcome outcome) {
                counts.computeIfAbsent(new Key(aggregateType, outcome), absent -> new LongAdder())
                        .increment();
            }

            /**
             * How often something became of snapshots of a type.
             *
             * @param aggregateType the type
             * @param outcome what
             * @return how often
             */
            public long count(String aggregateType, SnapshotListener.Outcome outcome) {
                LongAdder count = counts.get(new Key(aggregateType, outcome));
                return count == null ? 0 : count.sum();
            }
        }
    }

    /** Says when a snapshot is due. Thread-safe, quick, without side effects. */
    @FunctionalInterface
    public interface SnapshotPolicy {

        /**
         * Asked after each save with events.
         *
         * @param candidate what was saved
         * @return whether to take a snapshot now
         */
        boolean isDue(Candidate candidate);

        /**
         * A snapshot whenever loading would have to read as many events. After one was missed, the next save makes up for it.
         *
         * @param events how many, 1 or more
         * @return the policy
         * @throws IllegalArgumentException when the number is not positive
         */
        static SnapshotPolicy every(int events) {
            if (events < 1) {
                throw new IllegalArgumentException("A snapshot policy needs 1 or more events, but got " + events);
            }
            return candidate -> candidate.eventsSinceSnapshot() >= events;
        }

        /**
         * No snapshots but those that the application takes itself.
         *
         * @return the policy
         */
        static SnapshotPolicy never() {
            return candidate -> false;
        }

        /**
         * An aggregate that has just been saved.
         *
         * @param aggregateType its type
         * @param aggregateId its id
         * @param version its version after saving
         * @param snapshotVersion the version of the snapshot that it was loaded from or that was taken since, 0 for none
         */
        public record Candidate(String aggregateType, UUID aggregateId, long version, long snapshotVersion) {

            /**
             * What loading it now has to read.
             *
             * @return the number of events behind the snapshot
             */
            public long eventsSinceSnapshot() {
                return version - snapshotVersion;
            }
        }
    }
}
