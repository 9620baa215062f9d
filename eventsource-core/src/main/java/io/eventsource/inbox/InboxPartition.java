package io.eventsource.inbox;

import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorInfo;
import io.eventsource.error.ErrorInfo.ErrorReaction;
import io.eventsource.failure.FailureText;
import io.eventsource.subscription.ErrorHandling;
import io.eventsource.time.Clocks;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Handles the messages of one partition (a topic's partition, a stream) in their order, and never passes one that fails. Used by one
 * thread at a time; its status may be read by any.
 *
 * <ol>
 *   <li>What was read together is handled in one transaction.
 *   <li>If that fails, it is retried message by message, each in a transaction of its own, up to the one that fails.
 *   <li>That one is set aside if {@link PoisonMessages} says so, in the transaction that records it as handled. Otherwise it
 *       is to be given again after a pause, and everything behind it waits. Failures of the infrastructure count against no message.
 *   <li>The caller acknowledges what was handled, after the commit, and says so by {@link #acknowledged()}.
 * </ol>
 */
public final class InboxPartition {

    private static final Logger log = LoggerFactory.getLogger(InboxPartition.class);

    private static final Duration CLEANING_INTERVAL = Duration.ofHours(1);

    private final InboxConsumer consumer;
    private final ErrorHandling errors;
    private final String partition;
    private final Clocks clocks;
    private @Nullable Streak failing;
    private long resumeAt;
    private @Nullable Instant begun;
    private long cleanedAt;
    private volatile InboxFeed.PartitionStatus status;

    /** A message that has failed, since when, and how often it may be blamed for it. */
    private static final class Streak {

        private final long since;
        private final BackOffExecution pauses;
        private int blamed;

        private Streak(long since, BackOffExecution pauses) {
            this.since = since;
            this.pauses = pauses;
        }
    }

    InboxPartition(InboxConsumer consumer, ErrorHandling errors, String partition, Clocks clocks) {
        this.consumer = consumer;
        this.errors = errors;
        this.partition = partition;
        this.clocks = clocks;
        this.resumeAt = nanos();
        this.cleanedAt = nanos();
        this.status = new InboxFeed.PartitionStatus(partition, InboxFeed.Counts.NONE, 0, null, null);
    }

    /**
     * What this partition does.
     *
     * @return counts and the failure that it is held by
     */
    public InboxFeed.PartitionStatus status() {
        return status;
    }

    /**
     * Handles messages that follow each other in the partition, the first being the one behind the last handled.
     *
     * @param messages the messages in order
     * @return how many of the first have been dealt with, and are to be acknowledged: all, unless one failed, which is to be
     *     given again with all behind it after {@link #pauseNanos()}
     */
    public int handle(List<IncomingMessage> messages) {
        return handle(messages, () -> false);
    }

    /**
     * As {@link #handle(List)}, for a feed that may be ended meanwhile.
     *
     * @param messages the messages in order
     * @param ending whether the feed is being stopped: what fails then may fail by an interrupt, and is not set aside
     * @return how many of the first have been dealt with
     */
    public int handle(List<IncomingMessage> messages, BooleanSupplier ending) {
        if (messages.isEmpty()) {
            return 0;
        }
        oldest(messages.get(0));
        if (messages.size() > 1 && status.failures() == 0) {
            try {
                attempt(messages);
                oldest(null);
                return messages.size();
            } catch (RuntimeException | Error failure) {
                log.debug(
                        "'{}' failed with {} messages of {}, repeating one by one: {}",
                        consumer.name(),
                        messages.size(),
                        partition,
                        FailureText.logged(failure));
            }
        }
        for (int done = 0; done < messages.size(); done++) {
            oldest(messages.get(done));
            if (!handled(messages.get(done), ending)) {
                return done;
            }
        }
        oldest(null);
        return messages.size();
    }

    private void oldest(@Nullable IncomingMessage message) {
        InboxFeed.PartitionStatus before = status;
        status = new InboxFeed.PartitionStatus(
                partition,
                before.counts(),
                before.failures(),
                before.failure(),
                message == null ? null : message.time());
    }

    private boolean handled(IncomingMessage message, BooleanSupplier ending) {
        try {
            attempt(List.of(message));
        } catch (RuntimeException | Error failure) {
            return failed(message, failure, ending);
        }
        recovered();
        return true;
    }

    private void attempt(List<IncomingMessage> messages) {
        if (begun == null) {
            begun = consumer.now();
        }
        InboxFeed.Counts done = consumer.handle(messages);
        count(done);
        if (done.handled() > 0 && done.setAside() == 0) {
            consumer.sameCause()
                    .handled(() -> messages.stream().map(IncomingMessage::type).toList());
        }
    }

    private void count(InboxFeed.Counts more) {
        InboxFeed.PartitionStatus before = status;
        status = new InboxFeed.PartitionStatus(
                partition, before.counts().plus(more), before.failures(), before.failure(), before.oldest());
    }

    private boolean failed(IncomingMessage message, Throwable failure, BooleanSupplier ending) {
        ErrorClassification classification = errors.classifier().classify(failure);
        Streak streak = streak();
        if (classification.category() == ErrorClassification.Category.INFRASTRUCTURE || ending.getAsBoolean()) {
            await(message, failure, classification, streak, false);
            return false;
        }
        ErrorInfo last = error(message, failure, classification, streak, new ErrorReaction.Park());
        boolean poison = consumer.isPoison(message, last);
        if (poison && !consumer.sameCause().allowsParking(failure, message.key(), message.type())) {
            await(message, failure, classification, streak, true);
            return false;
        }
        if (poison && parked(message, last)) {
            errors.listeners().publish(last);
            return true;
        }
        Duration pause = Duration.ofMillis(streak.pauses.nextBackOff());
        report(message, error(message, failure, classification, streak, new ErrorReaction.Retry(pause)), pause);
        streak.blamed++;
        return false;
    }

    private void await(
            IncomingMessage message,
            Throwable failure,
            ErrorClassification classification,
            Streak streak,
            boolean sameCause) {
        Duration pause = Duration.ofMillis(streak.pauses.nextBackOff());
        ErrorReaction reaction = new ErrorReaction.AwaitRecovery(pause, false, sameCause);
        report(message, error(message, failure, classification, streak, reaction), pause);
    }

    private Streak streak() {
        Streak streak = failing;
        if (streak == null) {
            ExponentialBackOff backOff =
                    new ExponentialBackOff(consumer.settings().retryDelay().toMillis(), 2);
            backOff.setMaxInterval(consumer.settings().maxRetryDelay().toMillis());
            streak = new Streak(nanos(), backOff.start());
            failing = streak;
        }
        return streak;
    }

    private ErrorInfo error(
            IncomingMessage message,
            Throwable failure,
            ErrorClassification classification,
            Streak streak,
            ErrorReaction reaction) {
        Instant now = clocks.now();
        return new ErrorInfo(
                consumer.name(),
                ErrorInfo.Event.of(MessageDecoder.describe(message)),
                failure,
                classification,
                streak.blamed,
                reaction,
                now.minus(clocks.ticker().since(streak.since)),
                now);
    }

    private boolean parked(IncomingMessage message, ErrorInfo error) {
        long entry;
        try {
            entry = consumer.park(message, error);
        } catch (RuntimeException | Error unable) {
            error.error().addSuppressed(unable);
            return false;
        }
        log.warn(
                "'{}' failed on the message {} in attempt {} and parked it as dead letter {} ({}): {}",
                consumer.name(),
                message.describe(),
                status.failures() + 1,
                entry,
                error.category(),
                FailureText.logged(error.error()),
                consumer.reports().trace(error.error()));
        count(new InboxFeed.Counts(0, 0, 1));
        failing(0, null);
        return true;
    }

    /** The message is given again after a pause. What is waited for is a warning when it begins, what fails for itself each time. */
    private void report(IncomingMessage message, ErrorInfo error, Duration pause) {
        resumeAt = nanos() + pause.toNanos();
        if (status.failures() == 0 || error.reaction() instanceof ErrorReaction.Retry) {
            log.warn(
                    "'{}' failed on the message {} in attempt {} and {} ({}): {}",
                    consumer.name(),
                    message.describe(),
                    status.failures() + 1,
                    error.reaction().describe(),
                    error.category(),
                    FailureText.logged(error.error()),
                    consumer.reports().trace(error.error()));
        } else {
            log.debug(
                    "'{}' failed again on the message {} and {}: {}",
                    consumer.name(),
                    message.describe(),
                    error.reaction().describe(),
                    FailureText.logged(error.error()));
        }
        failing(status.failures() + 1, error.error());
        errors.listeners().publish(error);
    }

    private void recovered() {
        if (status.failures() > 0) {
            log.info("'{}' goes on with {} after {} failures", consumer.name(), partition, status.failures());
            failing(0, null);
        }
    }

    private void failing(int failures, @Nullable Throwable failure) {
        if (failures == 0) {
            failing = null;
            resumeAt = nanos();
        }
        status = new InboxFeed.PartitionStatus(partition, status.counts(), failures, failure, status.oldest());
    }

    /**
     * How long to wait before the message that failed is given again.
     *
     * @return nanoseconds, 0 or less when there is nothing to wait for
     */
    public long pauseNanos() {
        return status.failures() == 0 ? 0 : resumeAt - nanos();
    }

    /**
     * Says that the broker has been told of everything that {@link #handle} dealt with. Once an hour this forgets messages that
     * are older than the retention.
     */
    public void acknowledged() {
        Instant from = begun;
        begun = null;
        if (from != null && nanos() - cleanedAt >= CLEANING_INTERVAL.toNanos()) {
            cleanedAt = nanos();
            clean(from);
        }
    }

    private long nanos() {
        return clocks.ticker().nanos();
    }

    private void clean(Instant acknowledged) {
        try {
            int forgotten = consumer.forget(partition, acknowledged);
            log.debug("'{}' forgot {} messages of {}", consumer.name(), forgotten, partition);
        } catch (RuntimeException failure) {
            log.warn(
                    "'{}' could not remove old rows of {} from the inbox, trying again in an hour",
                    consumer.name(),
                    partition,
                    FailureText.trace(failure));
        }
    }
}
