package io.eventsource.autoconfigure.metrics;

import io.eventsource.autoconfigure.inbox.FeedsDeclared;
import io.eventsource.autoconfigure.inbox.InboxAutoConfiguration;
import io.eventsource.autoconfigure.inbox.InboxFeeds;
import io.eventsource.time.Clocks;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;

/** Measures feeds where Micrometer is present. */
@AutoConfiguration(after = InboxAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(InboxFeeds.class)
@Conditional(FeedsDeclared.class)
public final class InboxMetricsAutoConfiguration {

    /** Creates the configuration. */
    public InboxMetricsAutoConfiguration() {}

    @Bean
    InboxMetrics inboxMetrics(InboxFeeds feeds, Clocks clocks) {
        return new InboxMetrics(feeds, clocks.wall());
    }
}
