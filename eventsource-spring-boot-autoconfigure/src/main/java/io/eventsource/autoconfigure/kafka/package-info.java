/** Kafka as a transport of the outbox and a feed of the inbox. */
@NullMarked
package io.eventsource.autoconfigure.kafka;

import org.jspecify.annotations.NullMarked;
