package io.eventsource.subscription;

import io.eventsource.subscription.GracefulShutdown.Result.Abandoned;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** What was under way when all subscriptions were told to stop, and what has become of it. */
final class Drain {

    private final List<Subscription> subscriptions;
    private final List<Taken> taken = new ArrayList<>();

    /** A runner as it was when the stop began. */
    private record Taken(Subscription subscription, SegmentRunner runner, long position, int inFlight) {

        boolean ended() {
            return subscription.runner(runner.key().segment()) != runner;
        }

        /** Nobody has seen it commit. */
        boolean abandoned() {
            return inFlight > 0 && runner.position() == position;
        }
    }

    Drain(List<Subscription> subscriptions) {
        this.subscriptions = subscriptions;
        for (Subscription subscription : subscriptions) {
            for (SegmentRunner runner : subscription.runners()) {
                // the position first: what commits in between is no longer in flight, or counts as drained
                long position = runner.position();
                taken.add(new Taken(subscription, runner, position, runner.inFlight()));
            }
        }
    }

    /**
     * What came of it.
     *
     * @param forced whether something was interrupted or left behind
     * @param released whether the database knows that this instance has given everything up
     */
    GracefulShutdown.Result result(boolean forced, boolean released, Duration took) {
        int inFlight = taken.stream().mapToInt(Taken::inFlight).sum();
        List<Abandoned> abandoned = taken.stream()
                .filter(Taken::abandoned)
                .map(each -> new Abandoned(each.runner().key().toString(), each.position(), each.inFlight()))
                .toList();
        return new GracefulShutdown.Result(
                phase(released),
                took,
                forced,
                subscriptions.size(),
                inFlight,
                inFlight - abandoned.stream().mapToInt(Abandoned::events).sum(),
                (int) taken.stream()
                        .filter(each -> each.ended()
                                && !each.abandoned()
                                && !each.runner().unsaved())
                        .count(),
                released ? taken.size() : 0,
                abandoned);
    }

    private GracefulShutdown.Phase phase(boolean released) {
        if (!taken.stream().allMatch(Taken::ended)) {
            return GracefulShutdown.Phase.FORCING;
        }
        return released ? GracefulShutdown.Phase.STOPPED : GracefulShutdown.Phase.RELEASING;
    }
}
