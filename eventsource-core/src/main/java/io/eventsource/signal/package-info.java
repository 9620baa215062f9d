/** The signal that the log has grown: within a JVM, and between JVMs by LISTEN and NOTIFY. */
@NullMarked
package io.eventsource.signal;

import org.jspecify.annotations.NullMarked;
