package io.eventsource.inbox;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.backoff.BackOffExecution;
import org.springframework.util.backoff.ExponentialBackOff;

/**
 * Handles the messages of one lane (a topic's partition, a stream) in their order, and never passes one that fails. Used by one
 * thread at a time; its status may be read by any.
 *
 * <ol>
 *   <li>What was read together is handled in one transaction.
 *   <li>If that fails, it is repeated message by message, each in a transaction of its own, up to the one that fails.
 *   <li>That one is set aside if {@link PoisonMessages} says so, in the transaction that records it as handled. Otherwise it
 *       is to be given again after a pause, and everything behind it waits.
 *   <li>The caller acknowledges what was handled, after the commit, and says so by {@link #acknowledged()}.
 * </ol>
 */
public final class InboxLane {

    private static final Logger log = LoggerFactory.getLogger(InboxLane.class);

    private static final Duration CLEANING_INTERVAL = Duration.ofHours(1);

    private final InboxConsumer consumer;
    private final String lane;
    private @Nullable BackOffExecution pauses;
    private long resumeAt = System.nanoTime();
    private @Nullable Instant begun;
    private long cleanedAt = System.nanoTime();
    private volatile InboxLaneStatus status;

    InboxLane(InboxConsumer consumer, String lane) {
        this.consumer = consumer;
        this.lane = lane;
        this.status = new InboxLaneStatus(lane, 0, 0, 0, null);
    }

    /**
     * What this lane does.
     *
     * @return counts and the failure that it is held by
     */
    public InboxLaneStatus status() {
        return status;
    }

    /**
     * Handles messages that follow each other in the lane, the first being the one behind the last handled.
     *
     * @param messages the messages in order
     * @return how many of the first have been dealt with, and are to be acknowledged: all, unless one failed, which is to be
     *     given again with all behind it after {@link #pauseNanos()}
     */
    public int handle(List<IncomingMessage> messages) {
        if (messages.isEmpty()) {
            return 0;
        }
        if (messages.size() > 1 && status.failures() == 0) {
            try {
                attempt(messages);
                return messages.size();
            } catch (RuntimeException | Error failure) {
                log.debug(
                        "'{}' failed with {} messages of {}, repeating one by one",
                        consumer.name(),
                        messages.size(),
                        lane,
                        failure);
            }
        }
        for (int done = 0; done < messages.size(); done++) {
            if (!handled(messages.get(done))) {
                return done;
            }
        }
        return messages.size();
    }

    private boolean handled(IncomingMessage message) {
        try {
            attempt(List.of(message));
        } catch (RuntimeException | Error failure) {
            return parked(message, failure);
        }
        recovered();
        return true;
    }

    private void attempt(List<IncomingMessage> messages) {
        if (begun == null) {
            begun = consumer.now();
        }
        int fresh = consumer.handle(messages);
        InboxLaneStatus before = status;
        status = new InboxLaneStatus(
                lane,
                before.handled() + fresh,
                before.passedOver() + messages.size() - fresh,
                before.failures(),
                before.failure());
    }

    private boolean parked(IncomingMessage message, Throwable failure) {
        int attempts = status.failures() + 1;
        try {
            if (consumer.park(message, failure, attempts)) {
                log.warn(
                        "'{}' has set aside the message {} after {} failures",
                        consumer.name(),
                        message.describe(),
                        attempts,
                        failure);
                failing(0, null);
                return true;
            }
        } catch (RuntimeException | Error unable) {
            failure.addSuppressed(unable);
        }
        pause(message, failure, attempts);
        return false;
    }

    private void pause(IncomingMessage message, Throwable failure, int attempts) {
        if (pauses == null) {
            ExponentialBackOff backOff =
                    new ExponentialBackOff(consumer.settings().retryDelay().toMillis(), 2);
            backOff.setMaxInterval(consumer.settings().maxRetryDelay().toMillis());
            pauses = backOff.start();
        }
        long millis = pauses.nextBackOff();
        resumeAt = System.nanoTime() + Duration.ofMillis(millis).toNanos();
        if (attempts == 1) {
            log.warn(
                    "'{}' failed on the message {}, trying again in {} ms",
                    consumer.name(),
                    message.describe(),
                    millis,
                    failure);
        } else {
            log.debug(
                    "'{}' failed again on the message {}, trying again in {} ms",
                    consumer.name(),
                    message.describe(),
                    millis,
                    failure);
        }
        failing(attempts, failure);
    }

    private void recovered() {
        if (status.failures() > 0) {
            log.info("'{}' goes on with {} after {} failures", consumer.name(), lane, status.failures());
            failing(0, null);
        }
    }

    private void failing(int failures, @Nullable Throwable failure) {
        if (failures == 0) {
            pauses = null;
            resumeAt = System.nanoTime();
        }
        status = new InboxLaneStatus(lane, status.handled(), status.passedOver(), failures, failure);
    }

    /**
     * How long to wait before the message that failed is given again.
     *
     * @return nanoseconds, 0 or less when there is nothing to wait for
     */
    public long pauseNanos() {
        return status.failures() == 0 ? 0 : resumeAt - System.nanoTime();
    }

    /**
     * Says that the broker has been told of everything that {@link #handle} dealt with. Once an hour this forgets messages that
     * are older than the retention.
     */
    public void acknowledged() {
        Instant from = begun;
        begun = null;
        if (from != null && System.nanoTime() - cleanedAt >= CLEANING_INTERVAL.toNanos()) {
            cleanedAt = System.nanoTime();
            clean(from);
        }
    }

    private void clean(Instant acknowledged) {
        try {
            int forgotten = consumer.forget(lane, acknowledged);
            log.debug("'{}' forgot {} messages of {}", consumer.name(), forgotten, lane);
        } catch (RuntimeException failure) {
            log.warn(
                    "'{}' could not remove old rows of {} from the inbox, trying again in an hour",
                    consumer.name(),
                    lane,
                    failure);
        }
    }
}
