package io.eventsource.autoconfigure.scan;

import java.util.Collection;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.AnnotatedBeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.annotation.ClassPathScanningCandidateComponentProvider;
import org.springframework.core.env.Environment;
import org.springframework.core.type.classreading.MetadataReaderFactory;

/** A search for classes that need not be beans. It reads no class file again that Spring Boot has read for the beans. */
public final class ClassScan extends ClassPathScanningCandidateComponentProvider {

    /** Where Spring Boot keeps what it has read of the application's classes until it has started. */
    private static final String READ_BEFORE =
            "org.springframework.boot.autoconfigure.internalCachingMetadataReaderFactory";

    /**
     * Creates a search without filters.
     *
     * @param beanFactory of the application
     * @param environment decides on conditional classes
     */
    public ClassScan(ConfigurableListableBeanFactory beanFactory, Environment environment) {
        super(false, environment);
        if (beanFactory.containsBean(READ_BEFORE)) {
            setMetadataReaderFactory(beanFactory.getBean(READ_BEFORE, MetadataReaderFactory.class));
        }
    }

    /** Abstract classes and interfaces too: whoever uses them says what is wrong with that. */
    @Override
    protected boolean isCandidateComponent(AnnotatedBeanDefinition definition) {
        return definition.getMetadata().isIndependent();
    }

    /**
     * Searches.
     *
     * @param packages where
     * @return the names of the classes, in their order
     */
    public Stream<String> names(Collection<String> packages) {
        return packages.stream()
                .flatMap(each -> findCandidateComponents(each).stream())
                .map(definition -> String.valueOf(definition.getBeanClassName()))
                .distinct()
                .sorted();
    }
}
