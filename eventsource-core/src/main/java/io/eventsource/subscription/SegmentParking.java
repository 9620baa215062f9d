package io.eventsource.subscription;

import io.eventsource.deadletter.DeadLetter.ParkingOrder;
import io.eventsource.deadletter.DeadLetterParking;
import io.eventsource.deadletter.DeadLetterReplay.AutomaticRetry;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorListeners;
import io.eventsource.jdbc.EventDatabase;
import io.eventsource.log.Bucket;
import io.eventsource.subscription.BatchProcessor.Parked;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** The dead letters of a segment, in the transactions of its batches. Used by one thread. */
final class SegmentParking {

    private final String subscription;
    private final ParkingOrder order;
    private final EventDatabase database;
    private final ErrorHandling errors;
    private DeadLetterParking parking;

    /**
     * For whom was looked last, and who of them was parked. Holds until something else is looked at or the segment is read anew: only its
     * owner parks. Who is freed meanwhile is found to be when something is put behind him, and the batch is repeated.
     */
    private final Set<UUID> looked = new HashSet<>();

    private final Set<UUID> parked = new HashSet<>();

    /** Failed for good, to be parked in the transaction of the next batch. */
    private final List<Deferred> deferred = new ArrayList<>();

    private boolean parkingDeferred;

    private record Deferred(TailEvent event, ErrorInfo error) {}

    /**
     * A batch, taken apart.
     *
     * @param toHandle the events to give to the handlers
     * @param toPark events of aggregates that are parked, to be put behind the others
     */
    record Parts(List<TailEvent> toHandle, List<TailEvent> toPark) {}

    SegmentParking(String subscription, ParkingOrder order, EventDatabase database, ErrorHandling errors) {
        this.subscription = subscription;
        this.order = order;
        this.database = database;
        this.errors = errors;
        this.parking = of(Bucket.Range.ALL);
    }

    private DeadLetterParking of(Bucket.Range buckets) {
        return new DeadLetterParking(
                subscription, buckets.first(), buckets.last(), order, database.dataSource(), database.schema());
    }

    /** Goes on with a share of the streams, whose checkpoint has just been read. */
    void restart(Bucket.Range buckets) {
        parking = of(buckets);
        looked.clear();
        parked.clear();
        deferred.clear();
        parkingDeferred = false;
        parking.restart();
    }

    /** Tells events whose aggregates are parked from others, at the beginning of a batch. */
    Parts takeApart(List<TailEvent> events) {
        parkingDeferred = false;
        if (parking.nothingParked() && (deferred.isEmpty() || order == ParkingOrder.NONE)) {
            return new Parts(events, List.of());
        }
        look(events);
        if (parked.isEmpty()) {
            return new Parts(events, List.of());
        }
        List<TailEvent> toHandle = new ArrayList<>();
        List<TailEvent> toPark = new ArrayList<>();
        for (TailEvent each : events) {
            (parked.contains(each.stored().aggregateId()) ? toPark : toHandle).add(each);
        }
        return new Parts(toHandle, toPark);
    }

    /** Parts of a batch that has failed were looked at with it. */
    private void look(List<TailEvent> events) {
        Set<UUID> aggregates =
                events.stream().map(each -> each.stored().aggregateId()).collect(Collectors.toSet());
        if (!looked.containsAll(aggregates)) {
            Set<UUID> found = parking.among(aggregates);
            looked.clear();
            parked.clear();
            looked.addAll(aggregates);
            parked.addAll(found);
            deferred.forEach(each -> parked.add(each.event().stored().aggregateId()));
        }
    }

    /** Puts events behind those of their aggregates, in the transaction of the batch and right before the checkpoint. */
    void parkBehind(List<TailEvent> events) {
        parking.parkBehind(events.stream().map(TailEvent::stored).toList());
    }

    /** Parks an event that failed for good, in the transaction that moves the checkpoint past it; says as which entry. */
    long park(TailEvent event, ErrorInfo error) {
        AutomaticRetry retry = errors.automaticRetry();
        long entry = parking.park(event.stored(), error, retry.next(0));
        // also where the commit fails: then the next batch looks in vain for its row, and is repeated
        parked.add(event.stored().aggregateId());
        return entry;
    }

    /** Has an event that failed for good parked with the next batch. From now on its aggregate is parked for this owner. */
    void defer(TailEvent event, ErrorInfo error) {
        deferred.add(new Deferred(event, error));
        parked.add(event.stored().aggregateId());
    }

    List<TailEvent> deferred() {
        return deferred.stream().map(Deferred::event).toList();
    }

    /** Parks what was deferred, in the transaction that moves the checkpoint past it, before what is to be put behind. */
    List<Parked> parkDeferred() {
        parkingDeferred = !deferred.isEmpty();
        List<Parked> entries = deferred.stream()
                .map(each -> new Parked(each.error(), park(each.event(), each.error())))
                .toList();
        parkingDeferred = false;
        return entries;
    }

    /** Whether {@link #parkDeferred} has failed in the last batch. */
    boolean failedAtDeferred() {
        return parkingDeferred;
    }

    /** What was deferred is parked and committed. */
    void parkedDeferred() {
        parked(deferred.size());
        deferred.clear();
    }

    /** Counts what has been parked, once that is committed. */
    void parked(int count) {
        if (count > 0) {
            ErrorListeners listeners = errors.listeners();
            listeners.parked(subscription, count);
        }
    }
}
