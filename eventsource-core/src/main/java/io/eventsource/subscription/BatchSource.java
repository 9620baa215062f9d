package io.eventsource.subscription;

import io.eventsource.event.EventCodec;
import io.eventsource.event.EventEnvelope;
import io.eventsource.event.EventSelection;
import io.eventsource.event.StoredEvent;
import io.eventsource.failure.CauseChain;
import io.eventsource.log.Bucket;
import io.eventsource.log.LogPage;
import io.eventsource.log.LogReader;
import io.eventsource.log.LogReader.EventTooLargeException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where a subscription gets its events: from memory while it keeps up with the log, otherwise in pages from the database,
 * with its filters in the statement. While a page is being handled the next one is read ahead, as far as the limit of
 * events in flight allows. Used by one thread.
 */
final class BatchSource {

    private final EventCodec codec;
    private final EventSelection selection;
    private final LogReader reader;
    private final TailReader tail;
    private final SubscriptionSettings.Filter filter;
    private final int maxInFlight;
    private final double backpressureThreshold;
    private final Executor executor;
    private final MemoryWatch memory;
    private final PageBudget budget;

    private Bucket.Range buckets = Bucket.Range.ALL;
    private @Nullable Ahead ahead;
    private @Nullable Batch kept;

    /** A page that is being read ahead. */
    private record Ahead(long position, CompletableFuture<Batch> page) {}

    /**
     * Events to handle together.
     *
     * @param events the events, possibly none
     * @param nextPosition the position up to which they are everything
     * @param backlog whether there is more right behind them
     * @param incarnation of the log that they were read from; null when it cannot be told
     */
    record Batch(List<TailEvent> events, long nextPosition, boolean backlog, @Nullable UUID incarnation) {

        /** How many of the events come before a position. */
        int before(long position) {
            int count = 0;
            while (count < events.size() && events.get(count).position() < position) {
                count++;
            }
            return count;
        }

        /** What follows behind a position. */
        Batch after(long position) {
            return new Batch(events.subList(before(position + 1), events.size()), nextPosition, backlog, incarnation);
        }

        /** Its first events. */
        Batch first(int limit) {
            return events.size() <= limit
                    ? this
                    : new Batch(events.subList(0, limit), events.get(limit - 1).position(), true, incarnation);
        }
    }

    BatchSource(
            EventCodec codec,
            EventSelection selection,
            LogReader reader,
            TailReader tail,
            SubscriptionSettings.Filter filter,
            SubscriptionSettings settings,
            Executor executor) {
        this.codec = codec;
        this.selection = selection;
        this.reader = reader;
        this.tail = tail;
        this.filter = filter;
        this.maxInFlight = settings.batch().maxInFlight();
        this.backpressureThreshold = settings.batch().backpressureThreshold();
        this.executor = executor;
        this.memory = tail.memory();
        this.budget = new PageBudget(memory.maxPageBytes());
    }

    /** Forgets what was read ahead and goes on with a share of the streams. */
    void restart(Bucket.Range newBuckets) {
        ahead = null;
        kept = null;
        buckets = newBuckets;
    }

    /** Takes back a batch that has failed, so that its events need not be read again. */
    void keep(Batch batch) {
        // a batch that fails while something is kept is a part of that
        if (kept == null && batch.events().size() > 1) {
            kept = batch;
        }
    }

    /** What is kept behind a position, or null. */
    private @Nullable Batch kept(long position, int limit) {
        Batch all = kept;
        if (all == null || position >= all.nextPosition()) {
            kept = null;
            return null;
        }
        return all.after(position).first(limit);
    }

    /**
     * What follows behind a position.
     *
     * @param position the position, below the mark
     * @param limit how many events at most
     * @param place where the log is, or up to where to go
     * @throws org.springframework.dao.DataAccessException when the database is out of reach
     */
    Batch next(long position, int limit, TailReader.Place place) {
        Batch again = kept(position, limit);
        if (again != null) {
            return again;
        }
        TailBuffer.Slice slice = tail.buffer().read(position, place.highWaterMark(), filter, buckets, limit);
        if (slice != null) {
            ahead = null;
            return new Batch(
                    slice.events(), slice.nextPosition(), slice.events().size() == limit, place.incarnation());
        }
        Batch batch = page(position, limit, place);
        readAhead(batch, limit, place);
        return batch;
    }

    private Batch page(long position, int limit, TailReader.Place place) {
        Ahead started = ahead;
        ahead = null;
        if (started == null || started.position() != position) {
            return read(position, limit, buckets, place);
        }
        try {
            return started.page().join();
        } catch (CompletionException failure) {
            if (failure.getCause() instanceof Error error) {
                throw error;
            }
            throw failure.getCause() instanceof RuntimeException cause ? cause : failure;
        }
    }

    private void readAhead(Batch current, int limit, TailReader.Place place) {
        int inFlight = current.events().size();
        int room = maxInFlight - inFlight;
        if (current.backlog() && !large(current) && inFlight < backpressureThreshold * maxInFlight && room > 0) {
            long position = current.nextPosition();
            Bucket.Range share = buckets;
            ahead = new Ahead(
                    position,
                    CompletableFuture.supplyAsync(
                            () -> decoded(read(position, Math.min(limit, room), share, place)), executor));
        }
    }

    private Batch read(long position, int limit, Bucket.Range share, TailReader.Place place) {
        while (true) {
            int asked = budget.events(limit);
            try {
                LogPage page = reader.read(filter.query(position, asked), share, place.highWaterMark(), budget.bytes());
                budget.read(asked, page.events().size(), !page.atHighWaterMark());
                return new Batch(
                        page.events().stream().map(TailEvent::new).toList(),
                        page.nextPosition(),
                        !page.atHighWaterMark(),
                        place.incarnation());
            } catch (EventTooLargeException tooLarge) {
                boolean unused = memory.shortage("a subscription", tooLarge);
                StoredEvent event = tooLarge.event();
                return new Batch(List.of(new TailEvent(event, tooLarge)), event.position(), true, place.incarnation());
            } catch (RuntimeException | Error failure) {
                if (!shortage(failure)) {
                    throw failure;
                }
            }
        }
    }

    /** Makes the next page smaller when the memory was the reason of a failure; says whether to try again at once. */
    private boolean shortage(Throwable failure) {
        return memory.shortage("a subscription", failure) && budget.shrink();
    }

    /**
     * Whose failure it is when a batch could not be handled: where the memory did not suffice for one event that is larger than a page, it is
     * the event's; in all other cases whatever was thrown.
     */
    Throwable blamed(Batch batch, Throwable failure) {
        boolean unused = shortage(failure);
        OutOfMemoryError shortage = CauseChain.first(failure, OutOfMemoryError.class);
        if (shortage == null || batch.events().size() != 1) {
            return failure;
        }
        StoredEvent event = batch.events().get(0).stored();
        return LogReader.size(event) > memory.maxPageBytes() ? new EventTooLargeException(event, shortage) : failure;
    }

    /** Whether two of these would be more than a page. */
    private boolean large(Batch batch) {
        long left = memory.maxPageBytes() / 2;
        for (TailEvent event : batch.events()) {
            left -= event.stored().payload().length();
        }
        return left < 0;
    }

    /** Decodes while another page is being handled; what fails to decode fails again when its turn comes. */
    private Batch decoded(Batch batch) {
        for (TailEvent event : batch.events()) {
            try {
                List<EventEnvelope<Object>> unused = event.decoded(codec, selection);
            } catch (RuntimeException | OutOfMemoryError left) {
                boolean unused = shortage(left);
                break;
            }
        }
        return batch;
    }
}
