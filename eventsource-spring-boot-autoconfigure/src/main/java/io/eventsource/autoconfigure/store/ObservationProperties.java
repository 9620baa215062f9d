package io.eventsource.autoconfigure.store;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What is observed. Observations give metrics and, with a tracer, spans.
 *
 * @param append Whether appends are observed, and the events they store remember the trace.
 * @param load Whether reading a stream is observed.
 * @param handle Whether calls of handlers are observed, with links to the traces that their events come from.
 * @param snapshot Whether storing a snapshot is observed.
 * @param publish Whether sending messages to brokers is observed.
 * @param replay Whether handling dead letters again is observed.
 * @param logContext Whether what is logged while a handler runs carries in its MDC which event is handled.
 */
@ConfigurationProperties("eventsource.observations")
public record ObservationProperties(
        @DefaultValue("true") boolean append,
        @DefaultValue("true") boolean load,
        @DefaultValue("true") boolean handle,
        @DefaultValue("true") boolean snapshot,
        @DefaultValue("true") boolean publish,
        @DefaultValue("true") boolean replay,
        @DefaultValue("true") boolean logContext) {}
