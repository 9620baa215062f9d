package io.eventsource.autoconfigure.evolution;

import io.eventsource.autoconfigure.pool.StoreDataSource;
import io.eventsource.autoconfigure.store.EventStoreAutoConfiguration;
import io.eventsource.event.EventCodec;
import io.eventsource.evolution.EventStoreVerification;
import io.eventsource.evolution.EventSurvey;
import io.eventsource.log.HighWaterMark;
import io.eventsource.schema.EventSourceSchema;
import io.eventsource.store.EventStore;
import io.eventsource.time.Clocks;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;

/** Says which stored events the application cannot read: in a report at start, or as all that a run is for. */
@AutoConfiguration(after = EventStoreAutoConfiguration.class)
@ConditionalOnBean(EventStore.class)
@EnableConfigurationProperties(SchemaEvolutionProperties.class)
public final class SchemaEvolutionAutoConfiguration {

    /** Creates the configuration. */
    public SchemaEvolutionAutoConfiguration() {}

    @Bean
    @ConditionalOnMissingBean
    EventSurvey eventSurvey(StoreDataSource store, EventSourceSchema schema, EventCodec codec) {
        return new EventSurvey(store.dataSource(), schema, codec);
    }

    @Bean
    @ConditionalOnMissingBean
    EventStoreVerification eventStoreVerification(EventStore store, EventCodec codec, Clocks clocks) {
        return new EventStoreVerification(store, codec.proof(), clocks.ticker());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.verify", havingValue = false, matchIfMissing = true)
    SchemaReport eventSchemaReport(EventSurvey survey, SchemaEvolutionProperties properties) {
        return new SchemaReport(survey, properties.report());
    }

    @Bean
    @ConditionalOnBooleanProperty(name = "eventsource.verify")
    VerificationRunner eventStoreVerificationRunner(
            EventStoreVerification verification, HighWaterMark highWaterMark, ConfigurableApplicationContext context) {
        return new VerificationRunner(verification, highWaterMark, context, System::exit);
    }
}
