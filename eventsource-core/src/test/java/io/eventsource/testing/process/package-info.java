/** Small applications in JVMs of their own, on one test database: what tests of several instances are made of. */
@NullMarked
package io.eventsource.testing.process;

import org.jspecify.annotations.NullMarked;
