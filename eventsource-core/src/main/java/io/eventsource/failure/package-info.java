/** What may be said of an error to whom: without data of events, rows and messages in logs, spans, health and endpoints. */
@NullMarked
package io.eventsource.failure;

import org.jspecify.annotations.NullMarked;
