/** An application that answers HTTP requests without a thread for each. */
@NullMarked
package io.eventsource.autoconfigure.reactiveapplication;

import org.jspecify.annotations.NullMarked;
