/** Subscriptions, which drive projections through the log. */
@NullMarked
package io.eventsource.autoconfigure.subscription;

import org.jspecify.annotations.NullMarked;
