package io.eventsource.snapshot;

import io.eventsource.jdbc.TransactionParticipation;
import io.eventsource.payload.JacksonPayloadSerializer;
import io.eventsource.payload.PayloadProof;
import io.eventsource.payload.PayloadSerializer;
import io.eventsource.store.SnapshotRepository;
import io.eventsource.time.Ticker;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
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
        this.serializer = serializer instanceof JacksonPayloadSerializer jackson ? jackson.strict() : serializer;
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
}
