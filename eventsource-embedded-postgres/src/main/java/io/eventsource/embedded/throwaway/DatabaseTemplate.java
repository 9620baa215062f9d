package io.eventsource.embedded.throwaway;

import javax.sql.DataSource;

/**
 * What every new database of tests is to have, for example the library's tables. It is written once for each JVM, into a
 * database that is then copied: a copy takes a fraction of the time that migrations take.
 */
public interface DatabaseTemplate {

    /**
     * What the database will contain, in a word or two. Templates with the same key are the same.
     *
     * @return the key
     */
    String key();

    /**
     * Fills an empty database. All connections have to be closed at the end.
     *
     * @param dataSource opens a new connection each time, as superuser
     */
    void fill(DataSource dataSource);
}
