package io.eventsource.error;

/** An exception that says itself what it is to be taken for. */
public interface ClassifiedError {

    /**
     * What it is to be taken for.
     *
     * @return category and severity
     */
    ErrorClassification classification();
}
