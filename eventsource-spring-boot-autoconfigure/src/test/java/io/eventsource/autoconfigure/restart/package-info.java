/** An application that is started again and again in one JVM. */
@NullMarked
package io.eventsource.autoconfigure.restart;

import org.jspecify.annotations.NullMarked;
