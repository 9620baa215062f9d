package io.eventsource.autoconfigure.deadletter;

import static org.assertj.core.api.Assertions.assertThat;

import io.eventsource.autoconfigure.testing.Indicators;
import io.eventsource.deadletter.DeadLetterReplay;
import io.eventsource.deadletter.DeadLetterRepository;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.health.contributor.Health;

/** What health says about dead letters. */
class DeadLetterHealthIT extends DeadLettersFixture {

    private Health health(BeanFactory context) {
        return Indicators.health(context, "eventsourceDeadLetters");
    }

    @Test
    void the_queue_is_up_below_the_threshold_then_degraded_then_down_and_up_again() {
        application
                .withPropertyValues(
                        "eventsource.health.dead-letters.degraded=2", "eventsource.health.dead-letters.down=3")
                .run(context -> {
                    assertHealth(context, "UP", 0);
                    park(context, 1);
                    assertHealth(context, "UP", 1);
                    append(context, 1);
                    soon().until(() -> database.count(OPEN) == 2);
                    assertHealth(context, "DEGRADED", 2);
                    assertThat(health(context).getDetails())
                            .containsEntry("reason", "events could not be handled and wait in the dead-letter queue")
                            .containsKey("oldestFailure");
                    append(context, 1);
                    soon().until(() -> database.count(OPEN) == 3);
                    assertHealth(context, "DOWN", 3);

                    failing.set(false);
                    context.getBean(DeadLetterReplay.class).replay(DeadLetterRepository.Filter.OPEN, 10);

                    assertHealth(context, "UP", 0);
                    assertThat(health(context).getDetails()).doesNotContainKeys("reason", "oldestFailure");
                });
    }

    private void assertHealth(BeanFactory context, String status, long open) {
        assertThat(health(context).getStatus().getCode()).isEqualTo(status);
        assertThat(health(context).getDetails()).containsEntry("open", open).containsEntry("failed", open);
    }

    @Test
    void with_a_down_threshold_of_0_the_queue_is_never_down_nor_is_the_store() {
        application
                .withPropertyValues(
                        "eventsource.health.dead-letters.degraded=1", "eventsource.health.dead-letters.down=0")
                .run(context -> {
                    park(context, 3);
                    assertHealth(context, "DEGRADED", 3);
                    soon().untilAsserted(() -> assertThat(Indicators.health(context, "eventsource")
                                    .getStatus()
                                    .getCode())
                            .isEqualTo("UP"));
                });
    }

    @Test
    void the_queue_is_down_when_it_cannot_be_read() {
        application.run(context -> {
            database.jdbc().execute("DROP TABLE eventsource.dead_letter_queue CASCADE");
            assertThat(health(context).getStatus().getCode()).isEqualTo("DOWN");
        });
    }

    @Test
    void it_is_absent_when_it_is_switched_off() {
        application
                .withPropertyValues("management.health.eventsource-dead-letters.enabled=false")
                .run(context ->
                        assertThat(context).hasNotFailed().doesNotHaveBean("eventsourceDeadLettersHealthIndicator"));
    }
}
