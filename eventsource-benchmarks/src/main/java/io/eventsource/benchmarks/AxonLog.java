package io.eventsource.benchmarks;

import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.axonframework.eventhandling.DomainEventMessage;
import org.axonframework.eventhandling.EventHandler;
import org.axonframework.eventhandling.GenericDomainEventMessage;
import org.axonframework.eventhandling.SimpleEventHandlerInvoker;
import org.axonframework.eventhandling.TrackingEventProcessor;
import org.axonframework.eventhandling.TrackingEventProcessorConfiguration;
import org.axonframework.eventhandling.tokenstore.TokenStore;
import org.axonframework.eventsourcing.eventstore.EmbeddedEventStore;

/** Axon's embedded event store, which tells its tracking processors of each append in this JVM and polls for others. */
final class AxonLog implements LiveLog {

    private final EmbeddedEventStore store;
    private final List<TrackingEventProcessor> processors;

    private AxonLog(EmbeddedEventStore store, List<TrackingEventProcessor> processors) {
        this.store = store;
        this.processors = processors;
    }

    static AxonLog start(AxonContender contender, TokenStore tokens, int batch, List<? extends LineHandler> handlers) {
        EmbeddedEventStore store =
                EmbeddedEventStore.builder().storageEngine(contender.engine()).build();
        List<TrackingEventProcessor> processors = IntStream.range(0, handlers.size())
                .mapToObj(i -> TrackingEventProcessor.builder()
                        .name("benchmark-" + i)
                        .messageSource(store)
                        .tokenStore(tokens)
                        .transactionManager(contender.axonTransactions())
                        .eventHandlerInvoker(SimpleEventHandlerInvoker.builder()
                                .eventHandlers(new LineListener(handlers.get(i)))
                                .build())
                        .trackingEventProcessorConfiguration(
                                TrackingEventProcessorConfiguration.forSingleThreadedProcessing()
                                        .andBatchSize(batch))
                        .build())
                .toList();
        processors.forEach(TrackingEventProcessor::start);
        return new AxonLog(store, processors);
    }

    /** What an application writes. */
    static final class LineListener {
        private final LineHandler handler;

        LineListener(LineHandler handler) {
            this.handler = handler;
        }

        @EventHandler
        void on(OrderLineAdded line, DomainEventMessage<OrderLineAdded> message) {
            handler.handle(UUID.fromString(message.getAggregateIdentifier()), line);
        }
    }

    @Override
    public void append(UUID stream) {
        store.publish(new GenericDomainEventMessage<>("order", stream.toString(), 0, OrderLineAdded.of(1)));
    }

    @Override
    public void close() {
        processors.forEach(TrackingEventProcessor::shutDown);
        store.shutDown();
    }
}
