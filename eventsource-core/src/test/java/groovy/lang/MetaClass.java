package groovy.lang;

/** Stands for Groovy's own, of which each object of Groovy has one. */
public interface MetaClass {

    /** The class whose methods it knows. */
    Class<?> getTheClass();
}
