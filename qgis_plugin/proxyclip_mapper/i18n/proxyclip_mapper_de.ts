<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
 <context>
  <name>ProxyClipMapper</name>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Areas per class</source>
   <translation>Flächen je Klasse</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>CSV files (*.csv)</source>
   <translation>CSV-Dateien (*.csv)</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Chart</source>
   <translation>Diagramm</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>HTML files (*.html)</source>
   <translation>HTML-Dateien (*.html)</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Label raster</source>
   <translation>Klassenraster</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Measures the area of each class of a label raster, on the ellipsoid, in any CRS: in square metres, hectares and square kilometres. The areas are those of the pixels. Without a CRS they are in pixels.

With zones, e.g. districts or parcels, the areas of each zone are measured; a pixel on a border counts by the share that the zone covers.

Nodata pixels are not counted. The table is a CSV file, the chart an HTML page.</source>
   <translation>Misst die Fläche jeder Klasse eines Klassenrasters auf dem Ellipsoid, in jedem KBS: in Quadratmetern, Hektar und Quadratkilometern. Die Flächen sind die der Pixel. Ohne KBS sind sie in Pixeln.

Mit Zonen, z. B. Bezirken oder Schlägen, werden die Flächen jeder Zone gemessen; ein Pixel am Rand zählt mit dem Anteil, den die Zone bedeckt.

NoData-Pixel zählen nicht. Die Tabelle ist eine CSV-Datei, das Diagramm eine HTML-Seite.</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Name field of the zones</source>
   <translation>Namensfeld der Zonen</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Table</source>
   <translation>Tabelle</translation>
  </message>
  <message>
   <location filename="../algorithms/areas.py" />
   <source>Zones (polygons)</source>
   <translation>Zonen (Polygone)</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Analysis</source>
   <translation>Auswertung</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Layer “{}” is not a file, so its pixels cannot be read. Save it as a GeoTIFF first (Export → Save As), or use the ProxyCLIP panel, which saves the selected extent.</source>
   <translation>Der Layer „{}“ ist keine Datei, daher können seine Pixel nicht gelesen werden. Speichern Sie ihn erst als GeoTIFF (Export → Speichern als), oder benutzen Sie das ProxyCLIP-Bedienfeld, das die gewählte Ausdehnung speichert.</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Map</source>
   <translation>Karte</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Path of “{}”</source>
   <translation>Pfad von „{}“</translation>
  </message>
  <message>
   <location filename="../algorithms/base.py" />
   <source>Setup</source>
   <translation>Einrichtung</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Change between two dates</source>
   <translation>Änderung zwischen zwei Zeitpunkten</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Changed areas</source>
   <translation>Geänderte Flächen</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Compares two dates of one place: what became what, where, and how sure it is.

Select two embeddings created by “Encode raster” with the same model, and name the classes. Or select two label rasters: they have classes already, and their changes have no confidence. The second date may have another grid.

The confidence of a change is the share of the pixels that kept their class whose scores changed less. Changes below the minimum confidence are in the table, but not in the polygons and the raster.

The table is a CSV file: the area of each pair of classes.</source>
   <translation>Vergleicht zwei Zeitpunkte eines Ortes: was zu was wurde, wo, und wie sicher es ist.

Wählen Sie zwei Embeddings, die „Raster kodieren“ mit demselben Modell erzeugt hat, und nennen Sie die Klassen. Oder wählen Sie zwei Klassenraster: Sie haben schon Klassen, und ihre Änderungen haben keine Konfidenz. Der zweite Zeitpunkt darf ein anderes Gitter haben.

Die Konfidenz einer Änderung ist der Anteil der Pixel mit gleich gebliebener Klasse, deren Scores sich weniger geändert haben. Änderungen unter der Mindestkonfidenz stehen in der Tabelle, aber nicht in den Polygonen und im Raster.

Die Tabelle ist eine CSV-Datei: die Fläche jedes Paares von Klassen.</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Confidence raster</source>
   <translation>Konfidenzraster</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Embedding after</source>
   <translation>Embedding nachher</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Embedding before</source>
   <translation>Embedding vorher</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Label raster after (instead of the embedding)</source>
   <translation>Klassenraster nachher (statt des Embeddings)</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Label raster before (instead of the embedding)</source>
   <translation>Klassenraster vorher (statt des Embeddings)</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Minimum area of a change in square metres</source>
   <translation>Mindestfläche einer Änderung in Quadratmetern</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Minimum confidence</source>
   <translation>Mindestkonfidenz</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Raster of changes</source>
   <translation>Raster der Änderungen</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>Select either two embeddings or two label rasters.</source>
   <translation>Wählen Sie entweder zwei Embeddings oder zwei Klassenraster.</translation>
  </message>
  <message>
   <location filename="../algorithms/compare.py" />
   <source>“{}” is not an embedding. Create one with “Encode raster”.</source>
   <translation>„{}“ ist kein Embedding. Erzeugen Sie eines mit „Raster kodieren“.</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Candidate words for the names, separated by “,”</source>
   <translation>Wörter für die Namen, getrennt durch „,“</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Creates a first map of an embedding without words: clusters of similar places (k-means), each named by the word that fits it best.

A name is a guess: look at the map, rename the classes in the vocabulary file, and use this file in “Label from embedding”. Without candidate words, the words of the built-in vocabularies are used.</source>
   <translation>Erzeugt eine erste Karte eines Embeddings ohne Wörter: Cluster ähnlicher Orte (k-Means), jeder mit dem Wort benannt, das am besten passt.

Ein Name ist eine Vermutung: Sehen Sie sich die Karte an, benennen Sie die Klassen in der Vokabulardatei um, und verwenden Sie diese Datei in „Aus Embedding klassifizieren“. Ohne Wörter für die Namen werden die der eingebauten Vokabulare verwendet.</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Embedding</source>
   <translation>Embedding</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>JSON files (*.json)</source>
   <translation>JSON-Dateien (*.json)</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Map without words</source>
   <translation>Karte ohne Wörter</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Number of clusters</source>
   <translation>Anzahl der Cluster</translation>
  </message>
  <message>
   <location filename="../algorithms/discover.py" />
   <source>Vocabulary</source>
   <translation>Vokabular</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Data type of the embedding</source>
   <translation>Datentyp des Embeddings</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Encode raster</source>
   <translation>Raster kodieren</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Encodes an image once. The embedding can then be classified with any words in seconds; encoding takes nearly all of the time.

The embedding is a folder; its name usually ends in .emb. Run the algorithm again with the same settings to resume an interrupted run. int8 needs half the disk space of float16. Fewer principal components need less, with a small loss of accuracy.</source>
   <translation>Kodiert ein Bild einmal. Das Embedding kann danach in Sekunden mit beliebigen Wörtern klassifiziert werden; das Kodieren braucht fast die ganze Zeit.

Das Embedding ist ein Ordner; sein Name endet üblicherweise auf .emb. Starten Sie den Algorithmus mit denselben Einstellungen noch einmal, um einen abgebrochenen Lauf fortzusetzen. int8 braucht halb so viel Speicherplatz wie float16. Weniger Hauptkomponenten brauchen weniger, mit etwas Verlust an Genauigkeit.</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Number of principal components (no reduction if empty)</source>
   <translation>Anzahl der Hauptkomponenten (keine Reduktion, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/encode.py" />
   <source>Overwrite existing embedding</source>
   <translation>Vorhandenes Embedding überschreiben</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Accuracy</source>
   <translation>Genauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Class field of the ground truth</source>
   <translation>Klassenfeld der Referenz</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Class of each ground truth value, e.g. 1=building, 2=road</source>
   <translation>Klasse jedes Werts der Referenz, z. B. 1=building, 2=road</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Compares a label raster with ground truth: accuracy, IoU and F1 of each class, and the confusion matrix. The ground truth is a raster on any grid, or points and polygons with a class, in any CRS.

The mapping assigns a class to each ground truth value: 1=building, 2=road, 3=road. Without a mapping, classes are matched by name or by value.</source>
   <translation>Vergleicht ein Klassenraster mit Referenzdaten: Genauigkeit, IoU und F1 jeder Klasse und die Konfusionsmatrix. Die Referenz ist ein Raster auf beliebigem Gitter, oder Punkte und Polygone mit einer Klasse, in beliebigem KBS.

Die Zuordnung gibt jedem Wert der Referenz eine Klasse: 1=building, 2=road, 3=road. Ohne Zuordnung werden Klassen nach Namen oder Wert zugeordnet.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Evaluate</source>
   <translation>Bewerten</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Evaluation</source>
   <translation>Bewertung</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Ground truth (points or polygons with a class)</source>
   <translation>Referenz (Punkte oder Polygone mit einer Klasse)</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Ground truth (raster)</source>
   <translation>Referenz (Raster)</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Ground truth values or classes to ignore</source>
   <translation>Werte oder Klassen der Referenz, die ignoriert werden</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Mean F1</source>
   <translation>Mittleres F1</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Mean IoU</source>
   <translation>Mittleres IoU</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Report</source>
   <translation>Bericht</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>Select either a raster or a vector layer of ground truth.</source>
   <translation>Wählen Sie entweder ein Raster oder einen Vektorlayer als Referenz.</translation>
  </message>
  <message>
   <location filename="../algorithms/evaluate.py" />
   <source>“{}” is not a valid mapping. Enter it as 1=building, 2=road.</source>
   <translation>„{}“ ist keine gültige Zuordnung. Geben Sie sie als 1=building, 2=road ein.</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Class field of the examples</source>
   <translation>Klassenfeld der Beispiele</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Classifies an embedding created by “Encode raster”. The map equals that of “Segment raster”, but takes only seconds.

Separate classes by “;” and synonyms of a class by “,”. With “max-logit”, more synonyms of one class do not lower the scores of the others.</source>
   <translation>Klassifiziert ein Embedding, das „Raster kodieren“ erzeugt hat. Die Karte ist die von „Raster segmentieren“, dauert aber nur Sekunden.

Trennen Sie Klassen durch „;“ und Synonyme einer Klasse durch „,“. Mit „max-logit“ senken mehr Synonyme einer Klasse nicht die Scores der anderen.</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Combination of synonyms</source>
   <translation>Verrechnung der Synonyme</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Examples (points or polygons with a class)</source>
   <translation>Beispiele (Punkte oder Polygone mit einer Klasse)</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Extent (whole embedding if empty)</source>
   <translation>Ausdehnung (ganzes Embedding, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Independent samples per example (chosen from the examples if empty)</source>
   <translation>Unabhängige Stichproben je Beispiel (aus den Beispielen gewählt, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/label.py" />
   <source>Label from embedding</source>
   <translation>Aus Embedding klassifizieren</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>a file of “{}”</source>
   <translation>eine Datei von „{}“</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>an input</source>
   <translation>eine Eingabe</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>{} cannot be written: {}</source>
   <translation>{} kann nicht geschrieben werden: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>{} is a GeoTIFF file: use the extension .tif instead of “{}”.</source>
   <translation>{} ist eine GeoTIFF-Datei: Verwenden Sie die Endung .tif statt „{}“.</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>{} would overwrite {} ({}). Select another name.</source>
   <translation>{} würde {} überschreiben ({}). Wählen Sie einen anderen Namen.</translation>
  </message>
  <message>
   <location filename="../algorithms/outputs.py" />
   <source>{}: use one of the file extensions {}.</source>
   <translation>{}: Verwenden Sie eine der Dateiendungen {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Background words, separated by “,” (matching pixels stay unclassified)</source>
   <translation>Hintergrundwörter, getrennt durch „,“ (passende Pixel bleiben unklassifiziert)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Bands must be one or three band numbers, e.g. 4,3,2. “{}” is not valid.</source>
   <translation>Bänder müssen eine oder drei Bandnummern sein, z. B. 4,3,2. „{}“ ist ungültig.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Bands, e.g. 4,3,2 (by descriptions and sensor if empty)</source>
   <translation>Bänder, z. B. 4,3,2 (wenn leer: nach Beschreibungen und Sensor)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Classes, separated by “;” (synonyms by “,”)</source>
   <translation>Klassen, getrennt durch „;“ (Synonyme durch „,“)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Custom model card (replaces the model above)</source>
   <translation>Eigene Modellkarte (ersetzt das Modell oben)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Device: auto, cpu, cuda, cuda:1, mps</source>
   <translation>Gerät: auto, cpu, cuda, cuda:1, mps</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Enter either classes, e.g. “water; forest, trees; building”, or a vocabulary.</source>
   <translation>Geben Sie entweder Klassen ein, z. B. „water; forest, trees; building“, oder ein Vokabular.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Extent (whole image if empty)</source>
   <translation>Ausdehnung (ganzes Bild, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Image</source>
   <translation>Bild</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Keep pixel edges: no smoothing and no minimum area</source>
   <translation>Pixelkanten behalten: keine Glättung, keine Mindestfläche</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Mask: raster file on the same grid, or band number; 0 is no data</source>
   <translation>Maske: Rasterdatei mit gleichem Gitter oder Bandnummer; 0 bedeutet keine Daten</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Minimum polygon area in square metres (16 pixels if empty)</source>
   <translation>Mindestfläche der Polygone in Quadratmetern (16 Pixel, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Minimum score (pixels below stay unclassified)</source>
   <translation>Mindestscore (Pixel darunter bleiben unklassifiziert)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Model</source>
   <translation>Modell</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Nodata must be a number or auto. “{}” is not valid.</source>
   <translation>Nodata muss eine Zahl oder auto sein. „{}“ ist ungültig.</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Nodata value, or auto to find collars of one value (that of the image if empty)</source>
   <translation>Nodata-Wert, oder auto für einfarbige Ränder (wenn leer: der des Bildes)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Precision</source>
   <translation>Rechengenauigkeit</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Resolution in metres per pixel (that of the image if empty)</source>
   <translation>Auflösung in Metern je Pixel (die des Bildes, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Simplification tolerance in pixels</source>
   <translation>Toleranz der Vereinfachung in Pixeln</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Stretch: limits 0,3000 or percentiles 2%,98% (the default for all but 8-bit images)</source>
   <translation>Streckung: Grenzen 0,3000 oder Perzentile 2%,98% (Vorgabe außer bei 8-Bit-Bildern)</translation>
  </message>
  <message>
   <location filename="../algorithms/parameters.py" />
   <source>Vocabulary instead of classes: built-in name (e.g. landcover) or file</source>
   <translation>Vokabular statt Klassen: eingebauter Name (z. B. landcover) oder Datei</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Creates a land-cover map of an image from classes that you name in words.

Separate classes by “;” and synonyms of a class by “,”: water, river, lake; forest, trees; building, roof. Name everything in the image: each pixel gets the most similar class, unless you set a minimum score.

Models work at about 0.2 to 2 m per pixel: set a resolution, e.g. 0.3, for a finer image. Try a small extent first. The model “demo” needs no download and is not meant for mapping.

Label values are 1, 2, … in the order of the classes, 0 for unclassified and 255 for nodata; the file has class names and colours. To try many words on one image, use “Encode raster” once and then “Label from embedding”.</source>
   <translation>Erzeugt aus einem Bild eine Landbedeckungskarte mit Klassen, die Sie in Wörtern nennen (die Modelle verstehen Englisch).

Trennen Sie Klassen durch „;“ und Synonyme einer Klasse durch „,“: water, river, lake; forest, trees; building, roof. Nennen Sie alles, was im Bild ist: Jedes Pixel bekommt die ähnlichste Klasse, wenn Sie keinen Mindestscore setzen.

Modelle arbeiten mit etwa 0,2 bis 2 m je Pixel: Setzen Sie für ein feineres Bild eine Auflösung, z. B. 0,3. Probieren Sie erst eine kleine Ausdehnung. Das Modell „demo“ braucht keinen Download und ist nicht zum Kartieren gedacht.

Labelwerte sind 1, 2, … in der Reihenfolge der Klassen, 0 für unklassifiziert und 255 für nodata; Namen und Farben der Klassen stehen in der Datei. Um viele Wörter an einem Bild zu probieren, benutzen Sie einmal „Raster kodieren“ und dann „Aus Embedding klassifizieren“.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Polygons</source>
   <translation>Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Score raster</source>
   <translation>Score-Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/segment.py" />
   <source>Segment raster</source>
   <translation>Raster segmentieren</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>All {} rasters failed; the log has the reasons.</source>
   <translation>Alle {} Raster sind gescheitert; die Gründe stehen im Protokoll.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Folder of rasters (instead of a list)</source>
   <translation>Ordner mit Rastern (statt einer Liste)</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Folder of the maps</source>
   <translation>Ordner der Karten</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Layer “{}” is not a file.</source>
   <translation>Layer „{}“ ist keine Datei.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Number of maps</source>
   <translation>Anzahl der Karten</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Number of rasters that failed</source>
   <translation>Anzahl der gescheiterten Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Overwrite existing files</source>
   <translation>Vorhandene Dateien überschreiben</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Raster {} of {}: {}</source>
   <translation>Raster {} von {}: {}</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Rasters</source>
   <translation>Raster</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Score rasters</source>
   <translation>Scoreraster</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Segment several rasters</source>
   <translation>Mehrere Raster segmentieren</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Segments a list of rasters, or all rasters of a folder, as “Segment raster” does. The model is loaded once.

The files of each raster have its name: name_labels.tif, name_score.tif and name.gpkg. A raster that fails is reported, and the next one follows; if all fail, the algorithm fails. Run it again to finish an interrupted run: rasters whose labels exist are left out, unless you overwrite them.</source>
   <translation>Segmentiert eine Liste von Rastern oder alle Raster eines Ordners wie „Raster segmentieren“. Das Modell wird einmal geladen.

Die Dateien jedes Rasters tragen seinen Namen: name_labels.tif, name_score.tif und name.gpkg. Ein Raster, das scheitert, wird gemeldet, und das nächste folgt; scheitern alle, scheitert der Algorithmus. Starten Sie ihn erneut, um einen unterbrochenen Lauf zu beenden: Raster mit fertigen Labeln werden ausgelassen, wenn Sie sie nicht überschreiben.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Select either rasters or a folder.</source>
   <translation>Wählen Sie entweder Raster oder einen Ordner.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>{} and {} have the same name, and so would their maps. Rename one.</source>
   <translation>{} und {} haben denselben Namen und hätten Karten desselben Namens. Benennen Sie eines um.</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Checks that ProxyCLIP is ready: its Python environment starts, and the weights of the model are on this computer.

Models and scripts can run it first and branch on READY. If READY is false, MESSAGE says what to do; the algorithm itself does not fail.</source>
   <translation>Prüft, ob ProxyCLIP bereit ist: Die Python-Umgebung startet, und die Gewichte des Modells liegen auf diesem Rechner.

Modelle und Skripte können diesen Algorithmus zuerst ausführen und nach READY verzweigen. Ist READY falsch, so steht in MESSAGE, was zu tun ist; der Algorithmus selbst schlägt nicht fehl.</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Message</source>
   <translation>Meldung</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Ready</source>
   <translation>Bereit</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Ready: proxyclip-geo {}, model {}.</source>
   <translation>Bereit: proxyclip-geo {}, Modell {}.</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Status</source>
   <translation>Zustand</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>The weights of “{}” are not on this computer. Download them in the ProxyCLIP panel.</source>
   <translation>Die Gewichte von „{}“ liegen nicht auf diesem Rechner. Laden Sie sie im ProxyCLIP-Bedienfeld herunter.</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>Version of proxyclip-geo</source>
   <translation>Version von proxyclip-geo</translation>
  </message>
  <message>
   <location filename="../algorithms/status.py" />
   <source>proxyclip-geo {} has no model “{}”. Update the environment.</source>
   <translation>proxyclip-geo {} hat kein Modell „{}“. Aktualisieren Sie die Umgebung.</translation>
  </message>
  <message>
   <location filename="../algorithms/vectorize.py" />
   <source>Converts a label raster to polygons with class, label value, ellipsoidal area in square metres and, with a score raster, the mean score.

By default, patches below 16 pixels are merged into a neighbour and edges are smoothed, without gaps or overlaps. “Keep pixel edges” turns this off. Unclassified and nodata pixels get no polygon.

The style is stored in the GeoPackage, or in a file next to the output for other formats.</source>
   <translation>Wandelt ein Klassenraster in Polygone mit Klasse, Labelwert, ellipsoidischer Fläche in Quadratmetern und, mit einem Score-Raster, dem mittleren Score um.

Standardmäßig werden Flecken unter 16 Pixeln mit einem Nachbarn verschmolzen und Kanten geglättet, ohne Lücken oder Überlappungen. „Pixelkanten behalten“ schaltet dies ab. Unklassifizierte Pixel und nodata bekommen kein Polygon.

Der Stil wird im GeoPackage gespeichert, bei anderen Formaten in einer Datei neben der Ausgabe.</translation>
  </message>
  <message>
   <location filename="../algorithms/vectorize.py" />
   <source>Number of polygons</source>
   <translation>Anzahl der Polygone</translation>
  </message>
  <message>
   <location filename="../algorithms/vectorize.py" />
   <source>Vectorize label raster</source>
   <translation>Klassenraster vektorisieren</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Class field (that of the categorized symbology if empty)</source>
   <translation>Klassenfeld (das der kategorisierten Symbolisierung, wenn leer)</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Creates a vocabulary file from the classes of a layer.

For a vector layer, the classes are the distinct values of a field, with the colours of its categorized symbology. For a paletted raster, they are the names, values and colours of the palette. Check the words before you use them: names such as “class 3” mean nothing to the model.</source>
   <translation>Erzeugt eine Vokabulardatei aus den Klassen eines Layers.

Bei einem Vektorlayer sind die Klassen die verschiedenen Werte eines Feldes, mit den Farben seiner kategorisierten Symbolisierung. Bei einem Raster mit Palette sind es die Namen, Werte und Farben der Palette. Prüfen Sie die Wörter, bevor Sie sie benutzen: Namen wie „Klasse 3“ sagen dem Modell nichts.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer</source>
   <translation>Layer</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer “{}” has no classes.</source>
   <translation>Der Layer „{}“ hat keine Klassen.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Layer “{}” has {} distinct values, too many for classes. Select another field.</source>
   <translation>Der Layer „{}“ hat {} verschiedene Werte, zu viele für Klassen. Wählen Sie ein anderes Feld.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Number of classes</source>
   <translation>Anzahl der Klassen</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Raster “{}” has no palette. Set its symbology to “Paletted/Unique values” first.</source>
   <translation>Das Raster „{}“ hat keine Palette. Stellen Sie seine Symbolisierung erst auf „Palette/Eindeutige Werte“.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Select the class field: layer “{}” has no categorized symbology.</source>
   <translation>Wählen Sie das Klassenfeld: Der Layer „{}“ hat keine kategorisierte Symbolisierung.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>The layer was not found.</source>
   <translation>Der Layer wurde nicht gefunden.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>The vocabulary is a JSON file: use the extension .json.</source>
   <translation>Das Vokabular ist eine JSON-Datei: Verwenden Sie die Endung .json.</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Vocabulary (*.json)</source>
   <translation>Vokabular (*.json)</translation>
  </message>
  <message>
   <location filename="../algorithms/vocabulary_from_layer.py" />
   <source>Vocabulary from layer</source>
   <translation>Vokabular aus Layer</translation>
  </message>
  <message>
   <location filename="../client/blocking.py" />
   <source>The ProxyCLIP process could not be started with {}: {}</source>
   <translation>Der ProxyCLIP-Prozess konnte mit {} nicht gestartet werden: {}</translation>
  </message>
  <message>
   <location filename="../client/blocking.py" />
   <source>The ProxyCLIP process ended unexpectedly while it worked on {}. The file may be damaged: open and save it with another program, then run the algorithm again.</source>
   <translation>Der ProxyCLIP-Prozess endete unerwartet, während er {} bearbeitete. Die Datei ist vielleicht beschädigt: Öffnen und speichern Sie sie mit einem anderen Programm und führen Sie den Algorithmus noch einmal aus.</translation>
  </message>
  <message>
   <location filename="../client/blocking.py" />
   <source>The ProxyCLIP process ended unexpectedly. See the log; the environment may be incomplete.</source>
   <translation>Der ProxyCLIP-Prozess endete unerwartet. Siehe Protokoll; die Umgebung ist vielleicht unvollständig.</translation>
  </message>
  <message>
   <location filename="../client/blocking.py" />
   <source>cancelled</source>
   <translation>abgebrochen</translation>
  </message>
  <message>
   <location filename="../client/blocking.py" />
   <source>{}: {} of {} {}</source>
   <translation>{}: {} von {} {}</translation>
  </message>
  <message>
   <location filename="../client/client.py" />
   <source>The ProxyCLIP environment is not set up. Open “Environment…” in the ProxyCLIP panel to create it.</source>
   <translation>Die ProxyCLIP-Umgebung ist nicht eingerichtet. Öffnen Sie „Umgebung…“ im ProxyCLIP-Bedienfeld, um sie anzulegen.</translation>
  </message>
  <message>
   <location filename="../client/client.py" />
   <source>The ProxyCLIP process ended unexpectedly (code {}) while it worked on {}. If it happens again, the file may be damaged: open and save it with another program. The next action starts a new process.</source>
   <translation>Der ProxyCLIP-Prozess endete unerwartet (Code {}), während er {} bearbeitete. Geschieht es wieder, ist die Datei vielleicht beschädigt: Öffnen und speichern Sie sie mit einem anderen Programm. Die nächste Aktion startet einen neuen Prozess.</translation>
  </message>
  <message>
   <location filename="../client/client.py" />
   <source>The ProxyCLIP process ended unexpectedly {} times in a row. Open “Environment…” to start it again.</source>
   <translation>Der ProxyCLIP-Prozess endete {}-mal nacheinander unerwartet. Öffnen Sie „Umgebung…“, um ihn neu zu starten.</translation>
  </message>
  <message>
   <location filename="../client/client.py" />
   <source>This Python interpreter cannot run proxyclip-geo: {}. Open “Environment…” to change it.</source>
   <translation>Dieser Python-Interpreter kann proxyclip-geo nicht ausführen: {}. Öffnen Sie „Umgebung…“, um ihn zu ändern.</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Cancelled.</source>
   <translation>Abgebrochen.</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Cancelled; nothing was changed.</source>
   <translation>Abgebrochen; nichts wurde geändert.</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Check Python version</source>
   <translation>Python-Version prüfen</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Create environment</source>
   <translation>Umgebung anlegen</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Install PyTorch</source>
   <translation>PyTorch installieren</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Install proxyclip-geo</source>
   <translation>proxyclip-geo installieren</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Python 3.11 or later was not found on this computer. Install it, then try again.</source>
   <translation>Auf diesem Rechner wurde kein Python 3.11 oder neuer gefunden. Installieren Sie es und versuchen Sie es noch einmal.</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Ready on {}: one window in {:.2f} s ({}).</source>
   <translation>Bereit auf {}: ein Fenster in {:.2f} s ({}).</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>Self-test: run the demo model</source>
   <translation>Selbsttest: das Demo-Modell laufen lassen</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>The self-test of “{}” failed: {}</source>
   <translation>Der Selbsttest von „{}“ schlug fehl: {}</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>“{}” failed: {}</source>
   <translation>„{}“ schlug fehl: {}</translation>
  </message>
  <message>
   <location filename="../client/installer.py" />
   <source>“{}” is not a file. Select the Python interpreter of an environment.</source>
   <translation>„{}“ ist keine Datei. Wählen Sie den Python-Interpreter einer Umgebung.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>A file or folder cannot be written. Close other programs that use it, and check its permissions.</source>
   <translation>Eine Datei oder ein Ordner kann nicht geschrieben werden. Schließen Sie andere Programme, die sie verwenden, und prüfen Sie die Zugriffsrechte.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>A package was not found for this Python. Check the package's name, or select another Python (3.11 to 3.13).</source>
   <translation>Ein Paket wurde für dieses Python nicht gefunden. Prüfen Sie den Namen des Pakets oder wählen Sie ein anderes Python (3.11 bis 3.13).</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>Python 3.11 or later is needed. Select another Python.</source>
   <translation>Python 3.11 oder neuer wird benötigt. Wählen Sie ein anderes Python.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The NVIDIA driver is too old for this PyTorch. Update the driver, or use “CPU only”.</source>
   <translation>Der NVIDIA-Treiber ist zu alt für dieses PyTorch. Aktualisieren Sie den Treiber oder verwenden Sie „Nur CPU“.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The certificate of the package index was not accepted; the network may inspect encrypted connections. Set the variable PIP_CERT (for uv: SSL_CERT_FILE) to the certificate file of your organisation, or install from a folder with wheels.</source>
   <translation>Das Zertifikat des Paketindexes wurde nicht anerkannt; vielleicht prüft das Netz verschlüsselte Verbindungen. Setzen Sie die Variable PIP_CERT (für uv: SSL_CERT_FILE) auf die Zertifikatsdatei Ihrer Organisation, oder installieren Sie aus einem Ordner mit Wheels.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The disk is full. Free some space (an environment needs up to 7 GB), then try again.</source>
   <translation>Der Datenträger ist voll. Schaffen Sie Platz (eine Umgebung braucht bis zu 7 GB) und versuchen Sie es dann erneut.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The installed PyTorch does not support this GPU; new NVIDIA cards need a newer build. Select “Default of the package index” as hardware and create the environment again, or use “CPU only”.</source>
   <translation>Das installierte PyTorch unterstützt diese GPU nicht; neue NVIDIA-Karten brauchen eine neuere Fassung. Wählen Sie „Vorgabe des Paketindexes“ als Hardware und erstellen Sie die Umgebung erneut, oder verwenden Sie „Nur CPU“.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The package index cannot be reached. Check the network, or install from a folder with wheels.</source>
   <translation>Der Paketindex ist nicht erreichbar. Prüfen Sie das Netz oder installieren Sie aus einem Ordner mit Wheels.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>The proxy refused the connection. Set the variable HTTPS_PROXY (the address of the proxy) before QGIS starts, or install from a folder with wheels.</source>
   <translation>Der Proxy hat die Verbindung abgelehnt. Setzen Sie die Variable HTTPS_PROXY (die Adresse des Proxys), bevor QGIS startet, oder installieren Sie aus einem Ordner mit Wheels.</translation>
  </message>
  <message>
   <location filename="../client/remedies.py" />
   <source>This Python cannot create environments. Install its package “venv” (Debian and Ubuntu: sudo apt install python3-venv), install uv, or select another Python.</source>
   <translation>Dieses Python kann keine Umgebungen erstellen. Installieren Sie sein Paket „venv“ (Debian und Ubuntu: sudo apt install python3-venv), installieren Sie uv oder wählen Sie ein anderes Python.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>A setting is not valid: {}</source>
   <translation>Eine Einstellung ist nicht gültig: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Add one of the rasters inside it as a layer: {names}.</source>
   <translation>Fügen Sie eines der enthaltenen Raster als Layer hinzu: {names}.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Add one of the rasters inside it as a layer: {names}. Raster → Miscellaneous → Build Virtual Raster joins three of one size as red, green and blue.</source>
   <translation>Fügen Sie eines der enthaltenen Raster als Layer hinzu: {names}. Raster → Sonstiges → Virtuelles Raster zusammenstellen verbindet drei gleicher Größe als Rot, Grün und Blau.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Assign a CRS: Raster → Projections → Assign Projection.</source>
   <translation>Weisen Sie ein KBS zu: Raster → Projektionen → Projektion zuweisen.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Background words</source>
   <translation>Hintergrundwörter</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Bands</source>
   <translation>Kanäle</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Check the network and the proxy (HTTPS_PROXY). Without a network, copy the weights from another computer into a folder, and set the environment variable {variable} to it. “demo” needs no download.</source>
   <translation>Prüfen Sie das Netz und den Proxy (HTTPS_PROXY). Ohne Netz kopieren Sie die Gewichte von einem anderen Rechner in einen Ordner und setzen die Umgebungsvariable {variable} auf ihn. „demo“ braucht keinen Download.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Class of each ground truth value</source>
   <translation>Klasse jedes Referenzwertes</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Classes</source>
   <translation>Klassen</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Close other programs, or select a smaller extent, a coarser resolution or fewer classes.</source>
   <translation>Schließen Sie andere Programme, oder wählen Sie eine kleinere Ausdehnung, eine gröbere Auflösung oder weniger Klassen.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Close other programs, or select a smaller model.</source>
   <translation>Schließen Sie andere Programme, oder wählen Sie ein kleineres Modell.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Convert it to {dtype}: Raster → Conversion → Translate, output data type.</source>
   <translation>Wandeln Sie es in {dtype} um: Raster → Konvertierung → Übersetzen, Ausgabedatentyp.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Correct its georeference with the Georeferencer.</source>
   <translation>Berichtigen Sie die Georeferenz mit dem Georeferenzierer.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Create one with “Encode” in the ProxyCLIP panel, or with the algorithm “Encode raster”.</source>
   <translation>Erzeugen Sie eines mit „Kodieren“ im ProxyCLIP-Bedienfeld oder mit dem Algorithmus „Raster kodieren“.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Create the environment again: “Environment…” in the ProxyCLIP panel.</source>
   <translation>Legen Sie die Umgebung neu an: „Umgebung…“ im ProxyCLIP-Bedienfeld.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Create the environment again: “Environment…” in the ProxyCLIP panel. “demo” needs no download.</source>
   <translation>Legen Sie die Umgebung neu an: „Umgebung…“ im ProxyCLIP-Bedienfeld. „demo“ braucht keinen Download.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Delete the file, then press “Download” below the model in the ProxyCLIP panel.</source>
   <translation>Löschen Sie die Datei, und drücken Sie dann „Herunterladen“ unter dem Modell im ProxyCLIP-Bedienfeld.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Device</source>
   <translation>Gerät</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Encode the image again with the same settings: the finished parts are used.</source>
   <translation>Kodieren Sie das Bild mit denselben Einstellungen erneut: Die fertigen Teile werden benutzt.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Enter another nodata value, or correct that of the file: Raster → Conversion → Translate.</source>
   <translation>Geben Sie einen anderen Nodata-Wert an, oder berichtigen Sie den der Datei: Raster → Konvertierung → Übersetzen.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Extent</source>
   <translation>Ausdehnung</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Give it the CRS, pixel size and pixel corners of the first raster: Raster → Projections → Warp (Reproject).</source>
   <translation>Geben Sie ihm KBS, Pixelgröße und Pixelecken des ersten Rasters: Raster → Projektionen → Transformieren (Reprojizieren).</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Give the mask the CRS, pixel size and extent of the image: Raster → Projections → Warp (Reproject).</source>
   <translation>Geben Sie der Maske KBS, Pixelgröße und Ausdehnung des Bildes: Raster → Projektionen → Transformieren (Reprojizieren).</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Internal error: {}. Copy the report and send it to the developers.</source>
   <translation>Interner Fehler: {}. Kopieren Sie den Bericht, und senden Sie ihn den Entwicklern.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Keep pixel edges</source>
   <translation>Pixelkanten behalten</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Layer of the area</source>
   <translation>Layer der Fläche</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Mask</source>
   <translation>Maske</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Minimum polygon area</source>
   <translation>Mindestfläche der Polygone</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Minimum score</source>
   <translation>Mindestscore</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Nodata</source>
   <translation>Nodata</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Number of principal components</source>
   <translation>Anzahl der Hauptkomponenten</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Press “Download” again: it continues where it stopped.</source>
   <translation>Drücken Sie „Herunterladen“ erneut: Es geht dort weiter, wo es aufhörte.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Press “Download” below the model in the ProxyCLIP panel, or select another model. “demo” needs no download.</source>
   <translation>Drücken Sie „Herunterladen“ unter dem Modell im ProxyCLIP-Bedienfeld, oder wählen Sie ein anderes Modell. „demo“ braucht keinen Download.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Reproject it: Raster → Projections → Warp (Reproject).</source>
   <translation>Reprojizieren Sie es: Raster → Projektionen → Transformieren (Reprojizieren).</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Resolution</source>
   <translation>Auflösung</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Select a coarser resolution, or clip it first: Raster → Extraction → Clip Raster by Extent.</source>
   <translation>Wählen Sie eine gröbere Auflösung, oder schneiden Sie es zuerst zu: Raster → Extraktion → Raster auf Ausdehnung zuschneiden.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Select an extent or a coarser resolution.</source>
   <translation>Wählen Sie eine Ausdehnung oder eine gröbere Auflösung.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Select the label raster of a run (…_labels.tif), or save its band of labels with “Rearrange bands”.</source>
   <translation>Wählen Sie das Labelraster eines Laufs (…_labels.tif), oder speichern Sie das Band mit den Labeln mit „Kanäle neu anordnen“.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Simplification tolerance</source>
   <translation>Toleranz der Vereinfachung</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Start the scheduler {scheduler} and its workers.</source>
   <translation>Starten Sie den Scheduler {scheduler} und seine Worker.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>Stretch</source>
   <translation>Streckung</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The area cannot be used: {}</source>
   <translation>Die Fläche kann nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The classes cannot be used: {}</source>
   <translation>Die Klassen können nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The computation failed: {}</source>
   <translation>Die Berechnung ist gescheitert: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The embedding cannot be used: {}</source>
   <translation>Das Embedding kann nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The environment has proxyclip-geo {} with protocol {}, this plugin needs {}. Create the environment again.</source>
   <translation>Die Umgebung hat proxyclip-geo {} mit Protokoll {}, diese Erweiterung braucht {}. Legen Sie die Umgebung neu an.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The environment of ProxyCLIP has no package {package}. Select another format.</source>
   <translation>Die ProxyCLIP-Umgebung hat kein Paket {package}. Wählen Sie ein anderes Format.</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The model cannot be used: {}</source>
   <translation>Das Modell kann nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The raster cannot be used: {}</source>
   <translation>Das Raster kann nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The request is not valid: {}</source>
   <translation>Die Anfrage ist nicht gültig: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The result cannot be written: {}</source>
   <translation>Das Ergebnis kann nicht geschrieben werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The vector file cannot be used: {}</source>
   <translation>Die Vektordatei kann nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>The weights of the model cannot be used: {}</source>
   <translation>Die Gewichte des Modells können nicht benutzt werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/corrections.py" />
   <source>Change the class to “{}”</source>
   <translation>Klasse zu „{}“ ändern</translation>
  </message>
  <message>
   <location filename="../gui/corrections.py" />
   <source>Layer “{}” cannot be edited.</source>
   <translation>Layer „{}“ kann nicht bearbeitet werden.</translation>
  </message>
  <message>
   <location filename="../gui/corrections.py" />
   <source>Layer “{}” could not be saved: {}</source>
   <translation>Layer „{}“ konnte nicht gespeichert werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>1. Image</source>
   <translation>1. Bild</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>2. Words</source>
   <translation>2. Wörter</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>3. Map</source>
   <translation>3. Karte</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Change the class of a polygon of an exported map to the current class</source>
   <translation>Die Klasse eines Polygons einer exportierten Karte zur aktuellen Klasse ändern</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Click the map to show the probability of each word</source>
   <translation>In die Karte klicken, um die Wahrscheinlichkeit jedes Wortes zu zeigen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Download…</source>
   <translation>Herunterladen…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Draw a negative example of the current class</source>
   <translation>Negatives Beispiel für die aktuelle Klasse zeichnen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Draw an example of the current class (right-click to finish)</source>
   <translation>Beispiel für die aktuelle Klasse zeichnen (Rechtsklick beendet)</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Encode</source>
   <translation>Kodieren</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Encode the image once, then map it with any words</source>
   <translation>Das Bild einmal kodieren, dann mit beliebigen Wörtern kartieren</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Environment…</source>
   <translation>Umgebung…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Export…</source>
   <translation>Exportieren…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Image and map side by side</source>
   <translation>Bild und Karte nebeneinander</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Live preview</source>
   <translation>Live-Vorschau</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Load examples…</source>
   <translation>Beispiele laden…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Opacity</source>
   <translation>Deckkraft</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Opacity of the map</source>
   <translation>Deckkraft der Karte</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open an embedding</source>
   <translation>Ein Embedding öffnen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open an existing embedding</source>
   <translation>Ein vorhandenes Embedding öffnen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Open…</source>
   <translation>Öffnen…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>ProxyCLIP Mapper</source>
   <translation>ProxyCLIP Mapper</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>ProxyCLIP needs its own Python environment. It is created once.</source>
   <translation>ProxyCLIP braucht eine eigene Python-Umgebung. Sie wird einmal angelegt.</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Remove all examples</source>
   <translation>Alle Beispiele entfernen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Save the examples…</source>
   <translation>Beispiele speichern…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Save the learned classes…</source>
   <translation>Gelernte Klassen speichern…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Set up…</source>
   <translation>Einrichten…</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Show</source>
   <translation>Anzeigen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Show the preview above the map</source>
   <translation>Die Vorschau über der Karte anzeigen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Undo the last example</source>
   <translation>Letztes Beispiel zurücknehmen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Undo, save, load or remove examples</source>
   <translation>Beispiele zurücknehmen, speichern, laden oder entfernen</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Update the preview when the words or the map extent change</source>
   <translation>Vorschau aktualisieren, wenn sich Wörter oder Kartenausschnitt ändern</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Where to draw next</source>
   <translation>Wo als Nächstes zeichnen</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Draw examples first, and wait for the map.</source>
   <translation>Zeichnen Sie zuerst Beispiele und warten Sie auf die Karte.</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Load examples</source>
   <translation>Beispiele laden</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>No polygon of a map is displayed here. Export the map with polygons first.</source>
   <translation>Hier ist kein Polygon einer Karte zu sehen. Exportieren Sie die Karte zuerst mit Polygonen.</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Save the examples</source>
   <translation>Beispiele speichern</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Save the learned classes</source>
   <translation>Gelernte Klassen speichern</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Saved {}</source>
   <translation>{} gespeichert</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Suggest places</source>
   <translation>Stellen vorschlagen</translation>
  </message>
  <message>
   <location filename="../gui/drawing.py" />
   <source>Vocabularies ({})</source>
   <translation>Vokabulare ({})</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Download the model?</source>
   <translation>Modell herunterladen?</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Download the weights of “{}”: {}?

Licence: {}

You can cancel; the next download continues.</source>
   <translation>Gewichte von „{}“ herunterladen: {}?

Lizenz: {}

Sie können abbrechen; der nächste Download setzt fort.</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Download {}</source>
   <translation>{} herunterladen</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Layer “{}” is not a file. It is saved as a GeoTIFF first: {} × {} pixels, about {:.0f} MB to download.

The terms of use of many web maps do not allow downloading or analysing them. Check the terms of this layer.</source>
   <translation>Der Layer „{}“ ist keine Datei. Er wird erst als GeoTIFF gespeichert: {} × {} Pixel, etwa {:.0f} MB zum Herunterladen.

Die Nutzungsbedingungen vieler Webkarten erlauben nicht, sie herunterzuladen oder auszuwerten. Prüfen Sie die Bedingungen dieses Layers.</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Model {} is ready.</source>
   <translation>Das Modell {} ist bereit.</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Parts are blank</source>
   <translation>Teile sind leer</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Save the layer first?</source>
   <translation>Den Layer erst speichern?</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>Save “{}”</source>
   <translation>„{}“ speichern</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>The layer returned no image: its server may not be reachable, or has no image at this scale.</source>
   <translation>Der Layer lieferte kein Bild: Sein Server ist vielleicht nicht erreichbar oder hat kein Bild in diesem Maßstab.</translation>
  </message>
  <message>
   <location filename="../gui/encoding.py" />
   <source>{:.1f} % of the saved image are blank. The server may not have answered, or has no image there. Use the image anyway? Otherwise it is discarded, and fetched again next time.</source>
   <translation>{:.1f} % des gespeicherten Bildes sind leer. Der Server hat vielleicht nicht geantwortet oder hat dort kein Bild. Das Bild trotzdem verwenden? Sonst wird es verworfen und beim nächsten Mal neu geholt.</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>CPU only</source>
   <translation>Nur CPU</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Cancel</source>
   <translation>Abbrechen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Copy report</source>
   <translation>Bericht kopieren</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Create</source>
   <translation>Anlegen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Current interpreter: {}</source>
   <translation>Aktueller Interpreter: {}</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Default of the package index</source>
   <translation>Vorgabe des Paketindex</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Folder with all wheels for offline installation; leave empty to download</source>
   <translation>Ordner mit allen Wheels für die Installation ohne Netz; leer lassen zum Herunterladen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Folder with wheels</source>
   <translation>Ordner mit Wheels</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Hardware</source>
   <translation>Hardware</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Install with uv (faster than pip)</source>
   <translation>Mit uv installieren (schneller als pip)</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>NVIDIA GPU (CUDA)</source>
   <translation>NVIDIA-GPU (CUDA)</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>No environment is set up.</source>
   <translation>Es ist keine Umgebung eingerichtet.</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Package</source>
   <translation>Paket</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Pip requirement, or path of a wheel or source folder</source>
   <translation>Pip-Anforderung oder Pfad eines Wheels oder Quellordners</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>ProxyCLIP Environment</source>
   <translation>ProxyCLIP-Umgebung</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>ProxyCLIP runs in its own Python environment, separate from that of QGIS. Creating it takes some minutes and up to 7 GB of disk space.</source>
   <translation>ProxyCLIP läuft in einer eigenen Python-Umgebung, getrennt von der von QGIS. Sie anzulegen dauert einige Minuten und braucht bis zu 7 GB Speicherplatz.</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Python</source>
   <translation>Python</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Step {} of {}: {}</source>
   <translation>Schritt {} von {}: {}</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Test and Use</source>
   <translation>Prüfen und benutzen</translation>
  </message>
  <message>
   <location filename="../gui/environment_dialog.py" />
   <source>Use a Python interpreter with proxyclip-geo</source>
   <translation>Python-Interpreter mit proxyclip-geo benutzen</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>ProxyCLIP examples</source>
   <translation>ProxyCLIP-Beispiele</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>ProxyCLIP: draw here</source>
   <translation>ProxyCLIP: hier zeichnen</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>The example could not be added to the layer “{}”.</source>
   <translation>Das Beispiel konnte dem Layer „{}“ nicht hinzugefügt werden.</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>The examples could not be written: {}</source>
   <translation>Die Beispiele konnten nicht geschrieben werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>The location is outside the image.</source>
   <translation>Die Stelle liegt außerhalb des Bildes.</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>not {}</source>
   <translation>nicht {}</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>“{}” has no field “negative” (true for negative examples).</source>
   <translation>„{}“ hat kein Feld „negative“ (wahr für Gegenbeispiele).</translation>
  </message>
  <message>
   <location filename="../gui/examples.py" />
   <source>“{}” is not a layer of polygons with a text field “class”.</source>
   <translation>„{}“ ist kein Polygonlayer mit einem Textfeld „class“.</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source> m²</source>
   <translation> m²</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>16 pixels</source>
   <translation>16 Pixel</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Export the map</source>
   <translation>Karte exportieren</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Folder</source>
   <translation>Ordner</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Label raster ({}_labels.tif)</source>
   <translation>Klassenraster ({}_labels.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>No files can be written in “{}”: {}</source>
   <translation>In „{}“ können keine Dateien geschrieben werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Polygons with area and style ({}.gpkg)</source>
   <translation>Polygone mit Fläche und Stil ({}.gpkg)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Probabilities of all classes ({}_probabilities.tif)</source>
   <translation>Wahrscheinlichkeiten aller Klassen ({}_probabilities.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Score raster ({}_score.tif)</source>
   <translation>Score-Raster ({}_score.tif)</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Select a folder.</source>
   <translation>Wählen Sie einen Ordner.</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>Smaller polygons are merged into the neighbour with the longest shared edge</source>
   <translation>Kleinere Polygone werden mit dem Nachbarn mit der längsten gemeinsamen Kante verschmolzen</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>{} exists. Select another folder, or overwrite existing files.</source>
   <translation>{} ist schon da. Wählen Sie einen anderen Ordner, oder überschreiben Sie vorhandene Dateien.</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>“{}” is a file, not a folder.</source>
   <translation>„{}“ ist eine Datei, kein Ordner.</translation>
  </message>
  <message>
   <location filename="../gui/export_dialog.py" />
   <source>“{}” is not a full path of a folder.</source>
   <translation>„{}“ ist kein vollständiger Pfad eines Ordners.</translation>
  </message>
  <message>
   <location filename="../gui/exporter.py" />
   <source>Export</source>
   <translation>Export</translation>
  </message>
  <message>
   <location filename="../gui/exporter.py" />
   <source>Layer “{}” has unsaved edits. Save or discard them first.</source>
   <translation>Layer „{}“ hat ungespeicherte Änderungen. Speichern oder verwerfen Sie sie zuerst.</translation>
  </message>
  <message>
   <location filename="../gui/exporter.py" />
   <source>Map saved to {}</source>
   <translation>Karte gespeichert in {}</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>Cancelling…</source>
   <translation>Wird abgebrochen…</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>The layer could not be saved: {}</source>
   <translation>Der Layer konnte nicht gespeichert werden: {}</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>bytes</source>
   <translation>Bytes</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>pixels</source>
   <translation>Pixel</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>rows</source>
   <translation>Zeilen</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>windows</source>
   <translation>Fenster</translation>
  </message>
  <message>
   <location filename="../gui/jobs.py" />
   <source>{}: {} of {} {}, about {} left</source>
   <translation>{}: {} von {} {}, noch etwa {}</translation>
  </message>
  <message>
   <location filename="../gui/live.py" />
   <source>ProxyCLIP preview</source>
   <translation>ProxyCLIP-Vorschau</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>All classes are off.</source>
   <translation>Alle Klassen sind aus.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Click a polygon of a map: its class becomes “{}”.</source>
   <translation>Klicken Sie auf ein Polygon einer Karte: Seine Klasse wird „{}“.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Draw {}: right-click or Enter finishes, Backspace removes a corner, Esc cancels.</source>
   <translation>Zeichnen Sie {}: Rechtsklick oder Eingabetaste beendet, Rücktaste entfernt eine Ecke, Esc bricht ab.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Open</source>
   <translation>Öffnen</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>a negative example of “{}”</source>
   <translation>ein Gegenbeispiel für „{}“</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>an example of “{}”</source>
   <translation>ein Beispiel für „{}“</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>updating…</source>
   <translation>wird berechnet…</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>waiting for the running job…</source>
   <translation>wartet auf den laufenden Vorgang…</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>{:.0f} % of the examples fit, {}</source>
   <translation>{:.0f} % der Beispiele passen, {}</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>{:.2f} s</source>
   <translation>{:.2f} s</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>Balanced: {}</source>
   <translation>Ausgewogen: {}</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>Best: {}</source>
   <translation>Am besten: {}</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>Download</source>
   <translation>Herunterladen</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>Fast: {}</source>
   <translation>Schnell: {}</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>Try out: {}</source>
   <translation>Zum Ausprobieren: {}</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>about {:.0f} MB</source>
   <translation>etwa {:.0f} MB</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>not downloaded ({})</source>
   <translation>nicht heruntergeladen ({})</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>on disk</source>
   <translation>auf dem Datenträger</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>size unknown</source>
   <translation>Größe unbekannt</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>{:.0f} MB on disk</source>
   <translation>{:.0f} MB auf dem Datenträger</translation>
  </message>
  <message>
   <location filename="../gui/model_box.py" />
   <source>{:g} to {:g} m per pixel</source>
   <translation>{:g} bis {:g} m je Pixel</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>(background)</source>
   <translation>(Hintergrund)</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Class</source>
   <translation>Klasse</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Probability</source>
   <translation>Wahrscheinlichkeit</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Similarity {:.3f}</source>
   <translation>Ähnlichkeit {:.3f}</translation>
  </message>
  <message>
   <location filename="../gui/scores.py" />
   <source>Word</source>
   <translation>Wort</translation>
  </message>
  <message>
   <location filename="../gui/side_by_side.py" />
   <source>ProxyCLIP: image without map</source>
   <translation>ProxyCLIP: Bild ohne Karte</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source> m</source>
   <translation> m</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Add an image to the project first (Layer → Add Layer → Add Raster Layer).</source>
   <translation>Fügen Sie dem Projekt erst ein Bild hinzu (Layer → Layer hinzufügen → Rasterlayer hinzufügen).</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Area</source>
   <translation>Fläche</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Bands of red, green and blue, e.g. 4, 3, 2; or one band</source>
   <translation>Kanäle für Rot, Grün und Blau, z. B. 4, 3, 2; oder ein Kanal</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Bands: enter one or three numbers from 1 to {}, e.g. 3, 2, 1.</source>
   <translation>Kanäle: Geben Sie eine oder drei Zahlen von 1 bis {} ein, z. B. 3, 2, 1.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Extent to map: from map canvas, from layer, or drawn on canvas</source>
   <translation>Zu kartierende Ausdehnung: aus dem Kartenfenster, aus einem Layer oder gezeichnet</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Floating-point precision of the model; auto selects one for the device</source>
   <translation>Gleitkommagenauigkeit des Modells; auto wählt sie passend zum Gerät</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Layer “{}” cannot be read.</source>
   <translation>Der Layer „{}“ kann nicht gelesen werden.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Models work at about 0.2 to 2 m per pixel; a coarser resolution is faster</source>
   <translation>Modelle arbeiten mit etwa 0,2 bis 2 m je Pixel; eine gröbere Auflösung ist schneller</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Nodata: enter a number.</source>
   <translation>Nodata: Geben Sie eine Zahl ein.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Polygons to map; replaces the extent</source>
   <translation>Zu kartierende Polygone; ersetzt die Ausdehnung</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Raster on the grid of the image; pixels with 0 are no data</source>
   <translation>Raster auf dem Gitter des Bildes; Pixel mit 0 sind ohne Daten</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The extent cannot be transformed to the CRS of the image.</source>
   <translation>Die Ausdehnung kann nicht in das KBS des Bildes transformiert werden.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The extent does not intersect the image. Select another extent.</source>
   <translation>Die Ausdehnung überschneidet das Bild nicht. Wählen Sie eine andere.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>The mask “{}” is not a file. Save it as a GeoTIFF first.</source>
   <translation>Die Maske „{}“ ist keine Datei. Speichern Sie sie zuerst als GeoTIFF.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Value of pixels without data: type a number, or find collars around the image</source>
   <translation>Wert von Pixeln ohne Daten: Geben Sie eine Zahl ein, oder suchen Sie Ränder um das Bild</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Values that become black and white; automatic: 2 % to 98 % unless 8-bit</source>
   <translation>Werte, die schwarz und weiß werden; automatisch: 2 % bis 98 %, außer bei 8 Bit</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>Whole image</source>
   <translation>Ganzes Bild</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>about {}</source>
   <translation>etwa {}</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>as displayed</source>
   <translation>wie dargestellt</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>automatic</source>
   <translation>automatisch</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>collars of one value</source>
   <translation>Ränder eines Wertes</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>none</source>
   <translation>keine</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>that of the image</source>
   <translation>die des Bildes</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{:,} × {:,} pixels are too many. Select an extent or a coarser resolution.</source>
   <translation>{:,} × {:,} Pixel sind zu viele. Wählen Sie eine Ausdehnung oder eine gröbere Auflösung.</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{:.1f} h</source>
   <translation>{:.1f} h</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} (as displayed)</source>
   <translation>{} (wie dargestellt)</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} min</source>
   <translation>{} min</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} s</source>
   <translation>{} s</translation>
  </message>
  <message>
   <location filename="../gui/source_panel.py" />
   <source>{} × {} pixels, about {} windows</source>
   <translation>{} × {} Pixel, etwa {} Fenster</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Double-click a colour to change it</source>
   <translation>Doppelklick auf eine Farbe ändert sie</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Label value {}</source>
   <translation>Labelwert {}</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Min.</source>
   <translation>Min.</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Minimum score of the class, 0 to 1; empty for that of the map</source>
   <translation>Mindestscore der Klasse, 0 bis 1; leer für den der Karte</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Uncheck a class to exclude it</source>
   <translation>Haken entfernen, um eine Klasse auszuschließen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Words</source>
   <translation>Wörter</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_model.py" />
   <source>Words that describe the class, separated by commas</source>
   <translation>Wörter, die die Klasse beschreiben, durch Kommas getrennt</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Add a class</source>
   <translation>Klasse hinzufügen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Built-in vocabularies</source>
   <translation>Eingebaute Vokabulare</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Change colour…</source>
   <translation>Farbe ändern…</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Load vocabulary file</source>
   <translation>Vokabulardatei laden</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Pixels with a lower score stay unclassified</source>
   <translation>Pixel mit niedrigerem Score bleiben unklassifiziert</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Remove</source>
   <translation>Entfernen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Remove the selected classes</source>
   <translation>Gewählte Klassen entfernen</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>Save as vocabulary file</source>
   <translation>Als Vokabulardatei speichern</translation>
  </message>
  <message>
   <location filename="../gui/vocabulary_panel.py" />
   <source>new class</source>
   <translation>neue Klasse</translation>
  </message>
  <message>
   <location filename="../plugin.py" />
   <source>Map an image with classes named in words</source>
   <translation>Ein Bild mit Klassen kartieren, die in Wörtern genannt werden</translation>
  </message>
  <message>
   <location filename="../rasters.py" />
   <source>Save “{}” as a file</source>
   <translation>„{}“ als Datei speichern</translation>
  </message>
  <message>
   <location filename="../rasters.py" />
   <source>the layer's pixels could not be read or written (code {})</source>
   <translation>die Pixel des Layers konnten nicht gelesen oder geschrieben werden (Code {})</translation>
  </message>
  <message>
   <location filename="../styles.py" />
   <source>unclassified</source>
   <translation>unklassifiziert</translation>
  </message>
  <message>
   <location filename="../vectors.py" />
   <source>The area “{}” could not be written: {}</source>
   <translation>Die Fläche „{}“ konnte nicht geschrieben werden: {}</translation>
  </message>
 </context>
</TS>
