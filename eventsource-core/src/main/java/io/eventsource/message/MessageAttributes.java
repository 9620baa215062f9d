package io.eventsource.message;

import java.time.Instant;

/**
 * What a message says of itself, as CloudEvents calls it.
 *
 * @param id identifies the message together with its source
 * @param source who sends it
 * @param type what happened, by the sender's name for it
 * @param subject what it happened to; empty when the sender does not say
 * @param time when it happened
 */
public record MessageAttributes(String id, String source, String type, String subject, Instant time) {}
