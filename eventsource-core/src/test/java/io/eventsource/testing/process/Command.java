package io.eventsource.testing.process;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import io.eventsource.store.AppendResult;
import io.eventsource.store.StreamAppend;
import io.eventsource.subscription.SubscriptionStatus;
import io.eventsource.testing.TestEvents.Deposited;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;

/**
 * What the test asks of an instance. A further command is a further record here: the test sends it as JSON, the instance runs it
 * in a thread of its own, and its result goes back as JSON.
 *
 * @param <R> what it answers
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.SIMPLE_NAME, property = "command")
public sealed interface Command<R> {

    /** Runs in the instance. */
    R run(RunningInstance instance) throws Exception;

    /** The class of the result. */
    Class<R> answer();

    /** A command that answers nothing but that it is done. */
    sealed interface Order extends Command<Boolean> {

        void carryOut(RunningInstance instance) throws Exception;

        @Override
        default Boolean run(RunningInstance instance) throws Exception {
            carryOut(instance);
            return true;
        }

        @Override
        default Class<Boolean> answer() {
            return Boolean.class;
        }
    }

    /** Starts all subscriptions. */
    record Start() implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.manager().start();
        }
    }

    /** Stops all subscriptions, and answers whether they finished in time. */
    record Stop(Duration timeout) implements Command<Boolean> {
        @Override
        public Boolean run(RunningInstance instance) {
            return instance.manager().stop(timeout);
        }

        @Override
        public Class<Boolean> answer() {
            return Boolean.class;
        }
    }

    /** Pauses a subscription. */
    record Pause(String projection) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.manager().pause(projection);
        }
    }

    /** Lets a paused subscription go on. */
    record Resume(String projection) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.manager().resume(projection);
        }
    }

    /** Asks where a subscription is. */
    record AskStatus(String projection) implements Command<Status> {
        @Override
        public Status run(RunningInstance instance) {
            return instance.manager()
                    .status(projection)
                    .map(status -> new Status(
                            status.state(),
                            status.position(),
                            status.lag(),
                            status.eventsProcessed(),
                            status.failedAttempts(),
                            String.valueOf(status.lastFailure())))
                    .orElseThrow();
        }

        @Override
        public Class<Status> answer() {
            return Status.class;
        }
    }

    /** What an instance says about a subscription. */
    record Status(
            SubscriptionStatus.State state,
            long position,
            long lag,
            long eventsProcessed,
            long failedAttempts,
            String lastFailure) {}

    /** Waits until a subscription has passed what is committed now, and answers whether it has. */
    record AwaitCurrent(String projection, Duration timeout) implements Command<Boolean> {
        @Override
        public Boolean run(RunningInstance instance) throws InterruptedException {
            return instance.manager().awaitCurrent(projection, timeout);
        }

        @Override
        public Class<Boolean> answer() {
            return Boolean.class;
        }
    }

    /** Appends deposits of 1 to so many new streams, an equal number to each, and answers the last position. */
    record Append(int streams, int eventsEach) implements Command<Long> {
        @Override
        public Long run(RunningInstance instance) {
            List<StreamAppend> appends = new ArrayList<>();
            for (int i = 0; i < streams; i++) {
                appends.add(StreamAppend.to(
                        "account", UUID.randomUUID(), Collections.nCopies(eventsEach, new Deposited(1))));
            }
            return appends.stream()
                    .map(instance.store()::append)
                    .mapToLong(AppendResult::lastPosition)
                    .max()
                    .orElse(0);
        }

        @Override
        public Class<Long> answer() {
            return Long.class;
        }
    }

    /** Lets each further effect of a projection take so long. */
    record Delay(String projection, Duration duration) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.turnstile(projection).delay(duration);
        }
    }

    /** Holds a projection in its transaction, right after so many further effects, until it is released. */
    record Hold(String projection, int effects) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.turnstile(projection).hold(effects);
        }
    }

    /** Lets a projection that is held go on. */
    record Release(String projection) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.turnstile(projection).release();
        }
    }

    /** Has a projection cut or merged until it has so many segments. */
    record Resize(String projection, int segments) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.manager().resize(projection, segments);
        }
    }

    /** Sets a projection back and lets it handle everything again. */
    record Rebuild(String projection) implements Order {
        @Override
        public void carryOut(RunningInstance instance) {
            instance.manager().rebuild(projection);
        }
    }
}
