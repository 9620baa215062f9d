package io.eventsource.evolution;

import io.eventsource.event.EventDecodingException;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventRevision;
import io.eventsource.event.StoredEvent;
import io.eventsource.evolution.EventSurvey.RevisionCount;
import io.eventsource.failure.FailureText;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogQuery;
import io.eventsource.payload.EventEncodingException;
import io.eventsource.payload.PayloadProof;
import io.eventsource.store.EventStore;
import io.eventsource.time.Clocks.Ticker;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the whole store without doing anything with it: whether this code can read all that was ever written, and what it reads
 * would be accepted and come back equal, before it is deployed. Reads up to the high-water mark of the beginning, page by page, so that memory stays bounded; what is appended
 * meanwhile is left out. Writes nothing. Thread-safe.
 */
public final class EventStoreVerification {

    private static final int PAGE = 1_000;

    private final EventStore store;
    private final PayloadProof proof;
    private final Ticker ticker;

    /**
     * Creates a verification.
     *
     * @param store the store, with the classes and upcasters to try
     * @param proof that of the store's {@link io.eventsource.event.EventCodec#proof() codec}
     * @param ticker measures the time
     */
    public EventStoreVerification(EventStore store, PayloadProof proof, Ticker ticker) {
        this.store = store;
        this.proof = proof;
        this.ticker = ticker;
    }

    /**
     * Decodes all events. An event that cannot be decoded, or would not be accepted again, is noted, and the run goes on behind it. Interrupting the thread
     * ends the run at the next page.
     *
     * @param progress told after each page of up to 1,000 events, in the calling thread
     * @return what was found
     * @throws org.springframework.dao.DataAccessException when the database fails; there is no result then
     * @throws IllegalStateException when the thread was interrupted
     */
    public Result run(Consumer<Progress> progress) {
        long begin = ticker.nanos();
        long end = store.highWaterMark();
        Tally tally = new Tally();
        LogQuery query = LogQuery.after(0).limit(PAGE);
        while (query.afterPosition() < end) {
            if (Thread.currentThread().isInterrupted()) {
                throw new IllegalStateException(
                        "The verification was interrupted at position " + query.afterPosition());
            }
            LogPage page = store.readLog(query);
            page.events().stream().filter(event -> event.position() <= end).forEach(into(tally));
            if (page.nextPosition() <= query.afterPosition()) {
                // the log has gone backwards: there is nothing more to read
                break;
            }
            query = query.behind(Math.min(page.nextPosition(), end));
            progress.accept(new Progress(tally.events, tally.failed, query.afterPosition(), end, ticker.since(begin)));
        }
        return tally.result(query.afterPosition(), ticker.since(begin));
    }

    private Consumer<StoredEvent> into(Tally tally) {
        return event -> {
            tally.count(event);
            List<EventEnvelope<Object>> parts;
            try {
                parts = store.decode(event);
            } catch (EventDecodingException failure) {
                tally.fail(event, failure, String.valueOf(failure.getMessage()));
                return;
            }
            try {
                parts.forEach(part -> proof.copy(part.payload()));
            } catch (EventEncodingException failure) {
                tally.fail(event, failure, String.valueOf(failure.getMessage()));
            } catch (RuntimeException failure) {
                // by code of the application, such as an equals
                tally.fail(event, failure, FailureText.of(failure));
            }
        };
    }

    /** The numbers of one run. */
    private static final class Tally {

        private record Kind(EventRevision revision, String cause) {}

        private final SortedMap<EventRevision, Long> counts = new TreeMap<>();
        private final Map<Kind, DecodingFailure> failures =
                new TreeMap<>(Comparator.comparing(Kind::revision).thenComparing(Kind::cause));
        private long events;
        private long failed;

        void count(StoredEvent event) {
            events++;
            counts.merge(revision(event), 1L, Long::sum);
        }

        void fail(StoredEvent event, RuntimeException failure, String message) {
            failed++;
            Kind kind = new Kind(revision(event), root(failure).getClass().getSimpleName());
            failures.merge(
                    kind,
                    new DecodingFailure(kind.revision(), kind.cause(), 1, event.position(), message),
                    (first, again) -> new DecodingFailure(
                            first.revision(),
                            first.cause(),
                            first.count() + 1,
                            first.firstPosition(),
                            first.firstMessage()));
        }

        private static EventRevision revision(StoredEvent event) {
            return new EventRevision(event.eventType(), event.revision());
        }

        private static Throwable root(Throwable failure) {
            return failure.getCause() == null ? failure : root(failure.getCause());
        }

        Result result(long upTo, Duration elapsed) {
            List<RevisionCount> all = counts.entrySet().stream()
                    .map(entry -> new RevisionCount(entry.getKey(), entry.getValue()))
                    .toList();
            List<DecodingFailure> byPosition = failures.values().stream()
                    .sorted(Comparator.comparingLong(DecodingFailure::firstPosition))
                    .toList();
            return new Result(events, upTo, elapsed, all, byPosition);
        }
    }

    /**
     * Events of one stored type and revision that cannot be decoded for one cause.
     *
     * @param revision the stored name and revision
     * @param cause the simple name of the exception at the root
     * @param count how many events
     * @param firstPosition the first such event's position
     * @param firstMessage what was said of it
     */
    public record DecodingFailure(
            EventRevision revision, String cause, long count, long firstPosition, String firstMessage) {}

    /**
     * What a verification found.
     *
     * @param events how many stored events were decoded or failed
     * @param upToPosition the position up to which the log was read
     * @param elapsed how long it took
     * @param counts how many events of each stored type and revision there are, failures included, in their order
     * @param failures what could not be decoded, by type, revision and cause, in the order of first positions
     */
    public record Result(
            long events,
            long upToPosition,
            Duration elapsed,
            List<RevisionCount> counts,
            List<DecodingFailure> failures) {

        /**
         * Whether every event could be decoded.
         *
         * @return whether there is no failure
         */
        public boolean successful() {
            return failures.isEmpty();
        }

        /**
         * How many events could not be decoded.
         *
         * @return the sum over all failures
         */
        public long failedEvents() {
            return failures.stream().mapToLong(DecodingFailure::count).sum();
        }
    }

    /**
     * How far a verification has come.
     *
     * @param events how many stored events have been decoded or have failed
     * @param failures how many have failed
     * @param position the position up to which the log has been read
     * @param upToPosition the position at which the verification ends
     * @param elapsed how long it has taken
     */
    public record Progress(long events, long failures, long position, long upToPosition, Duration elapsed) {

        /**
         * The mean rate so far.
         *
         * @return stored events per second, 0 before any time has passed
         */
        public double eventsPerSecond() {
            return elapsed.isZero() ? 0 : events * 1e9 / elapsed.toNanos();
        }

        /**
         * How long the rest will take at the mean rate so far.
         *
         * @return the time, or null before anything has been read
         */
        public @Nullable Duration remaining() {
            return position == 0
                    ? null
                    : Duration.ofNanos(Math.round((double) elapsed.toNanos() / position * (upToPosition - position)));
        }
    }
}
