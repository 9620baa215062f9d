package io.eventsource.autoconfigure.deadletter;

import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.subscription.SubscriptionStatuses;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What is done about dead letters from time to time.
 *
 * @param subscriptions those of this instance
 * @param sources what else can handle dead letters again
 * @param replay handles them again
 * @param repository where they are
 */
record DeadLetterWork(
        SubscriptionStatuses subscriptions,
        List<ReplaySource> sources,
        DeadLetterReplay replay,
        DeadLetterRepository repository) {

    /** Whether nothing here can have dead letters. */
    boolean none() {
        return subscriptions.names().isEmpty()
                && sources.stream().allMatch(source -> source.replayTargets().isEmpty());
    }

    /** Deletes those that were closed before this time; says what kept it from that. */
    @Nullable Throwable deleteClosed(Duration retention) {
        repository.deleteClosed(retention);
        return null;
    }

    /** Handles those again that are due, up to so many; says what kept it from that. */
    @Nullable Throwable replayDue(int limit) {
        Set<String> handled = subscriptions.statuses().stream()
                .filter(DeadLetterWork::handles)
                .map(SubscriptionStatus::name)
                .collect(Collectors.toCollection(HashSet::new));
        sources.forEach(source -> handled.addAll(source.running()));
        if (handled.isEmpty()) {
            return null;
        }
        Throwable stoppedBy = replay.replayDue(handled, limit).stoppedBy();
        return stoppedBy instanceof CancellationException ? null : stoppedBy;
    }

    /** Who has stopped or paused a subscription here wants its read model left alone; behind an open circuit nothing would succeed. */
    private static boolean handles(SubscriptionStatus status) {
        return switch (status.state()) {
            case CATCHING_UP, LIVE, RETRYING, HALTED, STANDBY -> true;
            case STOPPED, PAUSED, CIRCUIT_OPEN -> false;
        };
    }

    /** Ends a replay that somebody has asked for. */
    void stopReplays() {
        replay.stop();
    }
}
