package io.eventsource.autoconfigure.endpoint;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * What the endpoint eventsource shows.
 *
 * @param showPayloads Whether payloads of events, headers, and messages of errors, which may quote them, are shown.
 */
@ConfigurationProperties("eventsource.endpoint")
public record EndpointProperties(@DefaultValue("false") boolean showPayloads) {}
