/** Test support for applications. */
@NullMarked
package io.eventsource.test;

import org.jspecify.annotations.NullMarked;
