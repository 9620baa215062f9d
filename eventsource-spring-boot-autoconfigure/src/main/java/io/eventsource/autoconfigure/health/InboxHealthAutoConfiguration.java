package io.eventsource.autoconfigure.health;

import io.eventsource.autoconfigure.inbox.FeedsDeclared;
import io.eventsource.autoconfigure.inbox.InboxAutoConfiguration;
import io.eventsource.autoconfigure.inbox.InboxFeeds;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.Lifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Reports the state of feeds where Actuator is present. */
@AutoConfiguration(after = InboxAutoConfiguration.class)
@ConditionalOnClass({HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class})
@ConditionalOnBean(InboxFeeds.class)
@Conditional(FeedsDeclared.class)
@ConditionalOnEnabledHealthIndicator("eventsource-inbox")
public final class InboxHealthAutoConfiguration {

    /** Creates the configuration. */
    public InboxHealthAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean(name = "eventsourceInboxHealthIndicator")
    InboxHealthIndicator eventsourceInboxHealthIndicator(
            InboxFeeds feeds, @Qualifier("inboxLifecycle") Lifecycle lifecycle) {
        return new InboxHealthIndicator(feeds, lifecycle);
    }
}
