package io.eventsource.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.eventsource.autoconfigure.account.Deposited;
import io.eventsource.autoconfigure.testing.Handlers;
import io.eventsource.error.ErrorClassification;
import io.eventsource.error.ErrorClassifier;
import io.eventsource.error.ErrorListener;
import io.eventsource.projection.EventHandler;
import io.eventsource.projection.EventHandlers;
import io.eventsource.projection.HandlerInterceptor;
import io.eventsource.projection.Projection;
import io.eventsource.projection.ResetHandler;
import io.eventsource.subscription.SubscriptionManager;
import io.eventsource.subscription.SubscriptionStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.springframework.context.annotation.Bean;

/** What becomes of events that cannot be handled in a running application. */
class DeadLettersIT extends DeadLettersFixture {

    @Test
    void a_marked_event_is_handled_again_as_by_its_subscription_without_its_checkpoint() {
        List<String> intercepted = new CopyOnWriteArrayList<>();
        application
                .withBean(HandlerInterceptor.class, () -> (handlers, events, call) -> {
                    call.run();
                    intercepted.add(handlers.name());
                })
                .withPropertyValues("eventsource.dead-letters.replay.interval=50ms")
                .run(context -> {
                    park(context, 1);
                    assertThat(intercepted).isEmpty();
                    failing.set(false);
                    markAll(context);

                    soon().until(() -> database.count(OPEN) == 0);

                    assertThat(handled).containsExactly(new Deposited(1));
                    assertThat(intercepted).containsExactly("deposits");
                    assertThat(database.count("SELECT position FROM eventsource.projection_checkpoints"))
                            .isOne();
                });
    }

    @Test
    void listeners_hear_of_errors_and_may_act_on_the_subscription() {
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            throw new IllegalStateException("told to fail");
                        }))
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=1000")
                .withUserConfiguration(Pausing.class)
                .run(context -> {
                    append(context, 1);

                    soon().until(() -> context.getBean(SubscriptionManager.class)
                                    .status("deposits")
                                    .orElseThrow()
                                    .state()
                            == SubscriptionStatus.State.PAUSED);
                });
    }

    static final class Pausing {

        @Bean
        ErrorListener pausing(SubscriptionManager manager) {
            return error -> manager.pause(error.subscription());
        }
    }

    @Test
    void the_applications_classifier_says_what_is_parked_at_once() {
        application
                .withPropertyValues("eventsource.subscriptions.defaults.retry.max-retries=1000")
                .withBean(
                        ErrorClassifier.class,
                        () -> error -> new ErrorClassification(
                                ErrorClassification.Category.PERMANENT, ErrorClassification.Severity.CRITICAL))
                .run(context -> {
                    park(context, 1);

                    assertThat(attempts).hasValueBetween(1, 2);
                });
    }

    @Test
    void a_paused_subscriptions_dead_letters_are_left_alone() {
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    SubscriptionManager manager = context.getBean(SubscriptionManager.class);
                    park(context, 1);
                    failing.set(false);
                    manager.pause("deposits");
                    soon().until(() ->
                            manager.status("deposits").orElseThrow().state() == SubscriptionStatus.State.PAUSED);
                    markAll(context);

                    await().during(Duration.ofMillis(300)).until(handled::isEmpty);

                    manager.resume("deposits");
                    soon().until(() -> handled.size() == 1);
                });
    }

    private static void workFor(Duration duration) {
        try {
            boolean unused = new CountDownLatch(1).await(duration.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(interrupted);
        }
    }

    @Test
    void what_is_being_handled_again_is_finished_before_the_application_has_stopped() {
        CountDownLatch handling = new CountDownLatch(1);
        AtomicBoolean slow = new AtomicBoolean();
        bare.withBean(
                        EventHandlers.class,
                        () -> new Handlers("deposits", event -> {
                            if (!slow.get()) {
                                throw new IllegalStateException("told to fail");
                            }
                            handling.countDown();
                            workFor(Duration.ofSeconds(1));
                        }))
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    park(context, 1);
                    slow.set(true);
                    markAll(context);
                    assertThat(handling.await(10, TimeUnit.SECONDS)).isTrue();
                });

        assertThat(database.count(OPEN)).isZero();
    }

    @Test
    void the_server_being_away_for_a_while_ends_nothing() {
        application
                .withPropertyValues("eventsource.dead-letters.replay.interval=20ms")
                .run(context -> {
                    park(context, 1);
                    failing.set(false);
                    database.jdbc().execute("ALTER TABLE eventsource.dead_letter_queue RENAME TO away");
                    await().during(Duration.ofMillis(800)).until(handled::isEmpty);
                    database.jdbc().execute("ALTER TABLE eventsource.away RENAME TO dead_letter_queue");
                    markAll(context);

                    soon().until(() -> handled.size() == 1);
                });
    }

    @Projection("resettable")
    static final class Resettable {

        private final List<String> calls = new CopyOnWriteArrayList<>();

        @EventHandler
        void on(Deposited deposited) {
            calls.add("handled");
        }

        @ResetHandler
        void reset() {
            calls.add("reset");
        }
    }

    @Test
    void a_projection_is_rebuilt_by_its_reset_handler_through_what_surrounds_handlers() {
        Resettable resettable = new Resettable();
        bare.withBean(Resettable.class, () -> resettable).run(context -> {
            append(context, 1);
            soon().until(() -> resettable.calls.size() == 1);

            context.getBean(SubscriptionManager.class).rebuild("resettable");

            soon().untilAsserted(() -> assertThat(resettable.calls).containsExactly("handled", "reset", "handled"));
        });
    }
}
