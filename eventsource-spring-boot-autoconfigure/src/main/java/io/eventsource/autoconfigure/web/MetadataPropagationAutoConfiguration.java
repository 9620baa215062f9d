package io.eventsource.autoconfigure.web;

import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.context.MetadataContext.MetadataThreadLocalAccessor;
import io.eventsource.store.EventStore;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.ContextSnapshotFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.core.task.support.ContextPropagatingTaskDecorator;

/**
 * Takes the metadata context along to tasks of the executors that Spring Boot makes, {@code @Async} methods among them. Only
 * the metadata: what else the application's libraries keep in thread locals stays as it is. Boot puts this decorator and
 * those of the application together; one that propagates everything makes it superfluous.
 */
@AutoConfiguration(after = {EventStoreAutoConfiguration.class, TaskExecutionAutoConfiguration.class})
@ConditionalOnBean(EventStore.class)
@ConditionalOnClass({ContextSnapshotFactory.class, ContextPropagatingTaskDecorator.class})
// bound where it is switched off too, so that a wrong value is told
@EnableConfigurationProperties(MetadataProperties.class)
public final class MetadataPropagationAutoConfiguration {

    /** Creates the configuration. */
    public MetadataPropagationAutoConfiguration() {}

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.metadata.enabled", matchIfMissing = true)
    @ConditionalOnMissingBean
    ContextPropagatingTaskDecorator eventMetadataTaskDecorator() {
        return new ContextPropagatingTaskDecorator(ContextSnapshotFactory.builder()
                .contextRegistry(new ContextRegistry().registerThreadLocalAccessor(new MetadataThreadLocalAccessor()))
                .build());
    }
}
