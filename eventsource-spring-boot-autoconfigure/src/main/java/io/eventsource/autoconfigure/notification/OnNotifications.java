package io.eventsource.autoconfigure.notification;

import io.eventsource.autoconfigure.pool.PoolerCheck.PoolerMode;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Notifications need sessions that are not shared: none where a pooler shares them and no way past it is known. */
final class OnNotifications extends SpringBootCondition {

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Binder binder = Binder.get(context.getEnvironment());
        PoolerMode pooler =
                binder.bind("eventsource.pool.pooler", PoolerMode.class).orElse(PoolerMode.NONE);
        boolean direct =
                binder.bind("eventsource.notifications.url", String.class).isBound();
        ConditionMessage.Builder message = ConditionMessage.forCondition("Notifications");
        return pooler.sharesSessions() && !direct
                ? ConditionOutcome.noMatch(
                        message.because("a pooler shares sessions and eventsource.notifications.url is not set"))
                : ConditionOutcome.match(message.because("sessions are not shared or there is a way past the pooler"));
    }
}
