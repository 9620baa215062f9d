package io.eventsource.autoconfigure.outbox;

import io.eventsource.EventSourceException;
import io.eventsource.outbox.MessageTransport;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.springframework.beans.factory.ListableBeanFactory;

/** Finds what carries messages by its name: a bean of the application, or one of the library's own, which is made for the first that asks. */
final class OutboxTransports {

    static final String KAFKA_BEAN = "eventsourceKafkaTransport";
    static final String REDIS_BEAN = "eventsourceRedisTransport";

    /**
     * A transport of the library.
     *
     * @param bean the name of its bean
     * @param libraries what must be on the class path
     */
    private record Known(String bean, String libraries) {}

    private static final Map<String, Known> KNOWN = Map.of(
            "kafka",
            new Known(
                    KAFKA_BEAN,
                    "io.eventsource:eventsource-brokers, org.apache.kafka:kafka-clients and io.cloudevents:cloudevents-kafka (org.springframework.boot:spring-boot-kafka gives spring.kafka.*)"),
            "redis",
            new Known(
                    REDIS_BEAN,
                    "io.eventsource:eventsource-brokers and io.lettuce:lettuce-core (org.springframework.boot:spring-boot-data-redis gives spring.data.redis.*)"));

    private final ListableBeanFactory beanFactory;

    OutboxTransports(ListableBeanFactory beanFactory) {
        this.beanFactory = beanFactory;
    }

    MessageTransport of(ConfiguredDestination destination) {
        String name = destination.transport();
        if (isTransport(name)) {
            return beanFactory.getBean(name, MessageTransport.class);
        }
        Known known = KNOWN.get(name);
        if (known == null) {
            throw new EventSourceException(
                    "The destination '%s' has the transport '%s', but there are only kafka, redis, spring, relay and the beans %s. Correct %stransport or eventsource.outbox.transport."
                            .formatted(destination.name(), name, own(), OutboxProperties.property(destination.name())));
        }
        if (!isTransport(known.bean())) {
            throw new EventSourceException(
                    "The destination '%s' has the transport '%s', but its client is missing. Add %s."
                            .formatted(destination.name(), name, known.libraries()));
        }
        return beanFactory.getBean(known.bean(), MessageTransport.class);
    }

    private boolean isTransport(String bean) {
        return beanFactory.containsBean(bean) && beanFactory.isTypeMatch(bean, MessageTransport.class);
    }

    private Set<String> own() {
        Set<String> names =
                new TreeSet<>(Arrays.asList(beanFactory.getBeanNamesForType(MessageTransport.class, true, false)));
        KNOWN.values().forEach(known -> names.remove(known.bean()));
        return names;
    }
}
