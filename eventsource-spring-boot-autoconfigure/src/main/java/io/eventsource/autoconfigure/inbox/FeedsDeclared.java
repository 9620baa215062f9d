package io.eventsource.autoconfigure.inbox;

import java.util.Map;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/** Matches where the properties declare a feed. */
public final class FeedsDeclared extends SpringBootCondition {

    /** Creates the condition. */
    public FeedsDeclared() {}

    @Override
    public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
        Map<String, Object> feeds = Binder.get(context.getEnvironment())
                .bind("eventsource.inbox.feeds", Bindable.mapOf(String.class, Object.class))
                .orElseGet(Map::of);
        ConditionMessage.Builder message = ConditionMessage.forCondition("Feeds");
        return feeds.isEmpty()
                ? ConditionOutcome.noMatch(message.because("eventsource.inbox.feeds declares none"))
                : ConditionOutcome.match(message.found("feed", "feeds").items(feeds.keySet()));
    }
}
