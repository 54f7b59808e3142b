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

The files of each raster have its name: name_labels.tif, name_score.tif and name.gpkg. Rasters of the same name get subfolders, named by the folders in which they lie. A raster that fails is reported, and the next one follows; if all fail, the algorithm fails. Run it again to finish an interrupted run: rasters whose labels exist are left out, unless you overwrite them.</source>
   <translation>Segmentiert eine Liste von Rastern oder alle Raster eines Ordners wie „Raster segmentieren“. Das Modell wird einmal geladen.

Die Dateien jedes Rasters tragen seinen Namen: name_labels.tif, name_score.tif und name.gpkg. Raster mit gleichem Namen erhalten Unterordner, benannt nach den Ordnern, in denen sie liegen. Ein Raster, das scheitert, wird gemeldet, und das nächste folgt; scheitern alle, scheitert der Algorithmus. Starten Sie ihn erneut, um einen unterbrochenen Lauf zu beenden: Raster mit fertigen Labeln werden ausgelassen, wenn Sie sie nicht überschreiben.</translation>
  </message>
  <message>
   <location filename="../algorithms/segment_rasters.py" />
   <source>Select either rasters or a folder.</source>
   <translation>Wählen Sie entweder Raster oder einen Ordner.</translation>
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
   <source>Adapt words to this image</source>
   <translation>Wörter an dieses Bild anpassen</translation>
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
   <source>Patches of one colour</source>
   <translation>Flächen einer Farbe</translation>
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
   <source>Probabilities</source>
   <translation>Wahrscheinlichkeiten</translation>
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
   <source>Select “Overwrite existing files”, or write to another file.</source>
   <translation>Wählen Sie „Vorhandene Dateien überschreiben“, oder schreiben Sie in eine andere Datei.</translation>
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
   <source>The environment of ProxyCLIP has no package {package}. Install it there, or select another format or model.</source>
   <translation>Die ProxyCLIP-Umgebung hat kein Paket {package}. Installieren Sie es dort, oder wählen Sie ein anderes Format oder Modell.</translation>
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
   <location filename="../client/sentences.py" />
   <source>{}: {} of {} {}</source>
   <translation>{}: {} von {} {}</translation>
  </message>
  <message>
   <location filename="../client/sentences.py" />
   <source>“{}”</source>
   <translation>„{}“</translation>
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
   <source>Add an image to the project first.</source>
   <translation>Fügen Sie dem Projekt zuerst ein Bild hinzu.</translation>
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
   <source>Draw an example of the current class: right-click or Enter finishes, Backspace removes a corner, Esc cancels</source>
   <translation>Ein Beispiel für die aktuelle Klasse zeichnen: Rechtsklick oder Eingabetaste beendet, Rücktaste entfernt eine Ecke, Esc bricht ab</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Encode</source>
   <translation>Kodieren</translation>
  </message>
  <message>
   <location filename="../gui/dock.py" />
   <source>Encode an image, or open an embedding, first.</source>
   <translation>Kodieren Sie zuerst ein Bild, oder öffnen Sie ein Embedding.</translation>
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
   <source>Label the whole image, and add the map to the project</source>
   <translation>Das ganze Bild klassifizieren und die Karte dem Projekt hinzufügen</translation>
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
   <source>Wait for the running job, or cancel it.</source>
   <translation>Warten Sie auf den laufenden Vorgang, oder brechen Sie ihn ab.</translation>
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
   <source>Draw what is not “{}”: right-click or Enter finishes, Esc cancels.</source>
   <translation>Zeichnen, was nicht „{}“ ist: Rechtsklick oder Eingabe beendet, Esc bricht ab.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Draw “{}”: right-click or Enter finishes, Esc cancels.</source>
   <translation>„{}“ zeichnen: Rechtsklick oder Eingabe beendet, Esc bricht ab.</translation>
  </message>
  <message>
   <location filename="../gui/mapping.py" />
   <source>Open</source>
   <translation>Öffnen</translation>
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
   <location filename="../gui/refinements.py" />
   <source>Borders</source>
   <translation>Grenzen</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>Borders between classes. The preview follows the edges of the image at its full resolution only.</source>
   <translation>Grenzen zwischen den Klassen. Die Vorschau folgt den Kanten des Bildes nur in dessen voller Auflösung.</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>Give all pixels of a patch of similar colour one class. Only the export uses it: it takes longer.</source>
   <translation>Allen Pixeln einer Fläche von ähnlicher Farbe eine Klasse geben. Nur der Export verwendet das: es dauert länger.</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>Move each word towards the places of this image that fit it best. Examples say more: with them, and with learned classes, this has no effect.</source>
   <translation>Jedes Wort an die Stellen dieses Bildes annähern, die am besten dazu passen. Beispiele sagen mehr: mit ihnen und mit gelernten Klassen hat das keine Wirkung.</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>Refinements</source>
   <translation>Verfeinerungen</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>along edges of the image</source>
   <translation>entlang der Kanten des Bildes</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>mean score</source>
   <translation>mittlerer Score</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>most frequent class</source>
   <translation>häufigste Klasse</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>off</source>
   <translation>aus</translation>
  </message>
  <message>
   <location filename="../gui/refinements.py" />
   <source>smooth (fast)</source>
   <translation>glatt (schnell)</translation>
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
   <source>{} × {} pixels</source>
   <translation>{} × {} Pixel</translation>
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
   <location filename="../messages.json" />
   <source> (RPCs are not used; orthorectify it first, e.g. gdalwarp -rpc of GDAL or QGIS)</source>
   <translation> (RPCs werden nicht verwendet; orthorektifizieren Sie es zuerst, z. B. mit gdalwarp -rpc von GDAL oder QGIS)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> (did you mean {0} or {1}?)</source>
   <translation> (meinten Sie {0} oder {1}?)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> (did you mean {0}?)</source>
   <translation> (meinten Sie {0}?)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> (it takes three ground control points that are finite and not on a line; it has {0})</source>
   <translation> (es braucht drei Passpunkte, die endlich sind und nicht auf einer Linie liegen; vorhanden sind {0})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> ({0} MiB are free in '{1}')</source>
   <translation> ({0} MiB sind frei in „{1}“)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> If these are classes of their own, separate them by ';': "{0}".</source>
   <translation> Wenn dies eigene Klassen sind, trennen Sie sie mit ';': "{0}".</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> and their fringes</source>
   <translation> und ihre Säume</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> and {0} more</source>
   <translation> und {0} weitere</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source> … ({0} in all)</source>
   <translation> … ({0} insgesamt)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot be written, as '{1}' is a device of Windows; choose another name</source>
   <translation>„{0}“ kann nicht geschrieben werden, da „{1}“ ein Gerät von Windows ist; wählen Sie einen anderen Namen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot be written, as it is a device or pipe; choose the name of a file</source>
   <translation>„{0}“ kann nicht geschrieben werden, da es ein Gerät oder eine Pipe ist; wählen Sie den Namen einer Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot be written, as this would change the input '{1}', its side files or its folder; choose another output</source>
   <translation>„{0}“ kann nicht geschrieben werden, da dies die Eingabe „{1}“, ihre Nebendateien oder ihren Ordner ändern würde; wählen Sie eine andere Ausgabe</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot hold a layer '{1}', as GeoPackages reserve this name: rename the class or the file</source>
   <translation>„{0}“ kann keinen Layer „{1}“ enthalten, da GeoPackages diesen Namen reservieren: benennen Sie die Klasse oder die Datei um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot hold a layer '{1}', as names of layers must not begin with '{2}': rename the class or the file</source>
   <translation>„{0}“ kann keinen Layer „{1}“ enthalten, da Namen von Layern nicht mit „{2}“ beginnen dürfen: benennen Sie die Klasse oder die Datei um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' cannot hold polygons without a CRS, as {1} is in degrees or in Web Mercator: write .gpkg, or give the raster a CRS</source>
   <translation>„{0}“ kann keine Polygone ohne KBS enthalten, da {1} in Grad oder in Web-Mercator ist: schreiben Sie .gpkg, oder geben Sie dem Raster ein KBS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' exists; pass overwrite=True to replace it, or write to another name</source>
   <translation>„{0}“ existiert; wählen Sie overwrite=True, um es zu ersetzen, oder einen anderen Namen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' has no known vector suffix ('{1}'): use one of {2}</source>
   <translation>„{0}“ hat keine bekannte Endung für Vektordateien („{1}“): verwenden Sie eine von {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is a word of class '{1}' and cannot be background as well; leave it out of `background`</source>
   <translation>„{0}“ ist ein Wort der Klasse „{1}“ und kann nicht zugleich Hintergrund sein; entfernen Sie es aus `background`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is no directory</source>
   <translation>„{0}“ ist kein Ordner</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is not on this machine, and results are written to folders of this machine; choose a folder, and copy it when the run has ended</source>
   <translation>„{0}“ ist nicht auf diesem Rechner, und Ergebnisse werden in Ordner dieses Rechners geschrieben; wählen Sie einen Ordner, und kopieren Sie ihn, wenn der Lauf beendet ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is open in another program that writes to it, e.g. as an edited layer in QGIS: close it there, or write to another name</source>
   <translation>„{0}“ ist in einem anderen Programm geöffnet, das darin schreibt, z. B. als bearbeiteter Layer in QGIS: schließen Sie es dort, oder wählen Sie einen anderen Namen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is the name of a file, but an embedding is a directory: name it e.g. '{1}'</source>
   <translation>„{0}“ ist der Name einer Datei, ein Embedding ist aber ein Ordner: nennen Sie ihn z. B. „{1}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' is the name of a file, but the results are several files in a directory: give the directory, e.g. '{1}'{2}</source>
   <translation>„{0}“ ist der Name einer Datei, aber die Ergebnisse sind mehrere Dateien in einem Ordner: geben Sie den Ordner an, z. B. „{1}“{2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' needs pyarrow, which is not installed; write .gpkg</source>
   <translation>„{0}“ braucht pyarrow, das nicht installiert ist; schreiben Sie .gpkg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}' would take {1} GiB, and a Shapefile holds 2: write .gpkg, or generalise with `min_area` and `simplify`</source>
   <translation>„{0}“ bräuchte {1} GiB, und ein Shapefile fasst 2: schreiben Sie .gpkg, oder generalisieren Sie mit `min_area` und `simplify`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>'{0}…' cannot be written: its name has {1} bytes, and the limit is {2}; choose a shorter name</source>
   <translation>„{0}…“ kann nicht geschrieben werden: der Name hat {1} Bytes, der Grenzwert ist {2}; wählen Sie einen kürzeren Namen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>8-bit values unchanged</source>
   <translation>8-Bit-Werte unverändert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>CRS '{0}' is not known ({1}); pass an EPSG code, WKT or a PROJ string</source>
   <translation>das KBS „{0}“ ist nicht bekannt ({1}); geben Sie einen EPSG-Code, WKT oder PROJ-Text an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase</source>
   <translation>GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML oder File-Geodatabase</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>It might help</source>
   <translation>Es könnte helfen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>OpenVINO cannot compile this model ({0})</source>
   <translation>OpenVINO kann dieses Modell nicht kompilieren ({0})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>OpenVINO's features differ from torch's (mean cosine {0} &lt; {1}); use precision='float32'</source>
   <translation>die Merkmale von OpenVINO weichen von denen von torch ab (mittlerer Kosinus {0} &lt; {1}); verwenden Sie precision='float32'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>STAC item {0} has no asset called {1}, nor one with the role data</source>
   <translation>das STAC-Item {0} hat kein Asset namens {1} und keines mit der Rolle data</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>STAC item {0} is from the network and names a file of this machine, '{1}'</source>
   <translation>das STAC-Item {0} ist aus dem Netz und nennt eine Datei dieses Rechners, „{1}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>VFM '{0}' has no position embedding for its CLS token: set position = "antialias"</source>
   <translation>das VFM „{0}“ hat keine Positionseinbettung für sein CLS-Token: setzen Sie position = "antialias"</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>`aoi_layer` '{0}' needs the file that holds it; give `aoi`</source>
   <translation>`aoi_layer` „{0}“ braucht die Datei, die den Layer enthält; geben Sie `aoi` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>`aoi` {0} and `aoi_layer` '{1}' name two layers; leave one out</source>
   <translation>`aoi` {0} und `aoi_layer` „{1}“ nennen zwei Layer; lassen Sie einen weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a corner holds values near nodata {0}, as a collar that was compressed with losses; they are mapped like the rest: set them to nodata, e.g. with nearblack of GDAL, or give a mask by `mask`</source>
   <translation>eine Ecke enthält Werte nahe beim NoData-Wert {0}, wie ein verlustbehaftet komprimierter Rand; sie werden wie der Rest kartiert: setzen Sie sie auf NoData, z. B. mit nearblack von GDAL, oder geben Sie eine Maske mit `mask` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a file must lie in the folder of the card: give its name, without .. and not absolute</source>
   <translation>eine Datei muss im Ordner der Modellkarte liegen: geben Sie ihren Namen an, ohne .. und nicht absolut</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a number has {0} digits, more than the limit of {1}</source>
   <translation>eine Zahl hat {0} Ziffern, mehr als der Grenzwert {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a part of the raster lies beyond its CRS, so that patches cannot be measured in m²; leave out `min_area` and other limits in m² (they are 16 pixels then), or warp the raster to another CRS</source>
   <translation>ein Teil des Rasters liegt außerhalb seines KBS, sodass Flecken nicht in m² gemessen werden können; lassen Sie `min_area` und andere Grenzwerte in m² weg (sie sind dann 16 Pixel), oder transformieren Sie das Raster in ein anderes KBS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a plain pooling</source>
   <translation>ein einfaches Pooling</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a raster cannot be read from standard input; write it to a file first</source>
   <translation>ein Raster kann nicht von der Standardeingabe gelesen werden; schreiben Sie es zuerst in eine Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a source of raster {0} cannot be read: {1}</source>
   <translation>eine Quelle des Rasters {0} kann nicht gelesen werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a stretch has {0} highs; give one, or one each for red, green and blue</source>
   <translation>eine Streckung hat {0} obere Grenzen; geben Sie eine an, oder je eine für Rot, Grün und Blau</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a stretch has {0} lows; give one, or one each for red, green and blue</source>
   <translation>eine Streckung hat {0} untere Grenzen; geben Sie eine an, oder je eine für Rot, Grün und Blau</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>a {0} is not allowed; give text, a number, a list or a table</source>
   <translation>ein {0} ist nicht erlaubt; geben Sie Text, eine Zahl, eine Liste oder eine Tabelle an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapt its words again</source>
   <translation>passen Sie seine Wörter neu an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapt=True encodes the whole raster in this process before it is labelled, which workers or a scheduler contradicts; omit one of them</source>
   <translation>adapt=True kodiert das ganze Raster in diesem Prozess, bevor es klassifiziert wird; das widerspricht mehreren Prozessen; lassen Sie eines weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapt=True needs at least two classes, but '{0}' is the only one; add a class</source>
   <translation>adapt=True braucht mindestens zwei Klassen, aber „{0}“ ist die einzige; fügen Sie eine Klasse hinzu</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapt=True would adapt the words to each date by itself, so that this counts as change; adapt them to one embedding, and compare with the vocabulary that it writes</source>
   <translation>adapt=True würde die Wörter an jeden Zeitpunkt für sich anpassen, was als Änderung zählte; passen Sie sie an ein Embedding an, und vergleichen Sie mit dem Vokabular, das dabei geschrieben wird</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapted to scene '{0}'</source>
   <translation>an die Szene „{0}“ angepasst</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>adapting changed the share of {0} by more than {1} points; compare the map with that of the words alone</source>
   <translation>die Anpassung änderte den Anteil von {0} um mehr als {1} Prozentpunkte; vergleichen Sie die Karte mit der, die nur aus den Wörtern entsteht</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>all {0} shapes in {1} are negative; give some that show a class</source>
   <translation>alle {0} Formen in {1} sind Gegenbeispiele; geben Sie welche an, die eine Klasse zeigen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>alpha band {0}</source>
   <translation>Alphakanal {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>and run the same command again: it continues from the finished blocks</source>
   <translation>und starten Sie denselben Lauf noch einmal: er macht nach den fertigen Blöcken weiter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>and {0} more</source>
   <translation>und {0} weitere</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>and {0} more, see {1}</source>
   <translation>und {0} weitere, siehe {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>another run is writing '{0}'; wait until it has ended, or write to another place</source>
   <translation>ein anderer Lauf schreibt gerade „{0}“; warten Sie, bis er beendet ist, oder wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area of interest</source>
   <translation>Fläche</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area of interest {0}</source>
   <translation>Fläche {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area of interest {0} has polygons whose edges cross more than {1} times, the limit; dissolve or simplify them</source>
   <translation>die Fläche {0} hat Polygone, deren Kanten sich mehr als {1} Mal kreuzen, der Grenzwert; lösen Sie sie auf, oder vereinfachen Sie sie</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area of interest {0} has polygons whose edges cross themselves more than {1} times, the limit; repair them, e.g. with 'Fix geometries' in QGIS</source>
   <translation>die Fläche {0} hat Polygone, deren Kanten sich selbst mehr als {1} Mal kreuzen, der Grenzwert; reparieren Sie sie, z. B. mit „Geometrien reparieren“ in QGIS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area of interest {0} holds no polygon; give a file with at least one</source>
   <translation>die Fläche {0} enthält kein Polygon; geben Sie eine Datei mit mindestens einem an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>area {0} (top, left, height, width) reaches beyond a raster of {1}</source>
   <translation>das Gebiet {0} (oben, links, Höhe, Breite) reicht über ein Raster von {1} hinaus</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>areas</source>
   <translation>Flächen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>array '{0}' of embedding {1} has shape, type, chunks and shards {2}, not {3}; it is damaged: {4}</source>
   <translation>das Array „{0}“ des Embeddings {1} hat Form, Typ, Chunks und Shards {2}, nicht {3}; es ist beschädigt: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>array '{0}' of store {1} has shape, type, chunks and shards {2}, not {3}; it is damaged: {4}</source>
   <translation>das Array „{0}“ des Speichers {1} hat Form, Typ, Chunks und Shards {2}, nicht {3}; es ist beschädigt: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>array '{0}' of unfinished map {1} has shape, type, chunks and shards {2}, not {3}; it is damaged: {4}</source>
   <translation>das Array „{0}“ der unfertigen Karte {1} hat Form, Typ, Chunks und Shards {2}, nicht {3}; es ist beschädigt: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>as given</source>
   <translation>wie angegeben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band descriptions</source>
   <translation>Beschreibungen der Kanäle</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band names of {0}</source>
   <translation>Kanalnamen von {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band {0} as colours ({1})</source>
   <translation>Kanal {0} als Farben ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band {0} as grey ({1})</source>
   <translation>Kanal {0} als Grau ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band {0} holds only {1} and {2}, as a mask; pass mask={3} if it is one</source>
   <translation>Kanal {0} enthält nur {1} und {2} wie eine Maske; setzen Sie mask={3}, wenn er eine ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band {0} is out of range: {1} has bands {2} to {3}</source>
   <translation>den Kanal {0} gibt es nicht: {1} hat die Kanäle {2} bis {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>band {0} of {1} is its alpha band, not a colour; choose among {2}</source>
   <translation>Kanal {0} von {1} ist der Alphakanal, keine Farbe; wählen Sie unter {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>bands {0} are taken as red, green, blue ({1}), but they are called {2}: models expect true colours; if the raster has them, name their bands by `bands`</source>
   <translation>die Kanäle {0} werden als Rot, Grün, Blau genommen ({1}), heißen aber {2}: Modelle erwarten Echtfarben; wenn das Raster sie hat, geben Sie ihre Kanäle als `bands` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>bands {0}, {1}, {2} as red, green, blue ({3})</source>
   <translation>Kanäle {0}, {1}, {2} als Rot, Grün, Blau ({3})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>batch size {0} must be at least 1</source>
   <translation>die Stapelgröße {0} muss mindestens 1 sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>block size {0} px must be a positive multiple of {1} px</source>
   <translation>die Blockgröße {0} px muss ein positives Vielfaches von {1} px sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>block {0} (rows {1}–{2}, columns {3}–{4})</source>
   <translation>Block {0} (Zeilen {1}–{2}, Spalten {3}–{4})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>block {0} (rows {1}–{2}, columns {3}–{4}) failed: {5}</source>
   <translation>Block {0} (Zeilen {1}–{2}, Spalten {3}–{4}) ist gescheitert: {5}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>block {0} px must be at least 1</source>
   <translation>der Block {0} px muss mindestens 1 sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>blocks</source>
   <translation>Blöcke</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>blocks of {0} pixels with features of length {1} take {2} GB, more than the limit of {3} GB</source>
   <translation>Blöcke von {0} Pixeln mit Merkmalen der Länge {1} brauchen {2} GB, mehr als der Grenzwert {3} GB</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>bounds {0} enclose nothing; give west, south, east, north with west &lt; east and south &lt; north</source>
   <translation>die Ausdehnung {0} schließt nichts ein; geben Sie West, Süd, Ost, Nord an, mit West &lt; Ost und Süd &lt; Nord</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>bytes</source>
   <translation>Bytes</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cancelled; no incomplete file was left</source>
   <translation>abgebrochen; keine unfertige Datei blieb zurück</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read the polygons {0}: {1}</source>
   <translation>die Polygone {0} können nicht gelesen werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read the tokenizer {0}: {1}; it is no SentencePiece model</source>
   <translation>der Tokenizer {0} kann nicht gelesen werden: {1}; er ist kein SentencePiece-Modell</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read the weights {0}: {1}</source>
   <translation>die Gewichte {0} können nicht gelesen werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read the weights {0}: {1}; the file is damaged or not a state dict in safetensors, .pt (tensors only) or OpenAI's archive format</source>
   <translation>die Gewichte {0} können nicht gelesen werden: {1}; die Datei ist beschädigt oder kein Zustandsverzeichnis in safetensors, .pt (nur Tensoren) oder im Archivformat von OpenAI</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read {0} of embedding {1} ({2}: {3}); it is damaged or cannot be reached: {4}</source>
   <translation>{0} des Embeddings {1} kann nicht gelesen werden ({2}: {3}); es ist beschädigt oder nicht erreichbar: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read {0} of store {1} ({2}: {3}); it is damaged or cannot be reached: {4}</source>
   <translation>{0} des Speichers {1} kann nicht gelesen werden ({2}: {3}); er ist beschädigt oder nicht erreichbar: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot read {0} of unfinished map {1} ({2}: {3}); it is damaged or cannot be reached: {4}</source>
   <translation>{0} der unfertigen Karte {1} kann nicht gelesen werden ({2}: {3}); sie ist beschädigt oder nicht erreichbar: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot store {0}: {1}</source>
   <translation>{0} kann nicht gespeichert werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot write '{0}': {1}</source>
   <translation>„{0}“ kann nicht geschrieben werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot write {0}: the disk is full{1}; free some space, {2}</source>
   <translation>{0} kann nicht geschrieben werden: der Datenträger ist voll{1}; schaffen Sie Platz, {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cannot write {0}: {1}{2}; check the space and your permission to write there, and close the file in other programs{3}</source>
   <translation>{0} kann nicht geschrieben werden: {1}{2}; prüfen Sie den Speicherplatz und Ihre Schreibrechte dort, und schließen Sie die Datei in anderen Programmen{3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>cells {0}</source>
   <translation>Zellen {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>class '{0}' has neither words nor examples in {1}; draw one, or give it words</source>
   <translation>die Klasse „{0}“ hat weder Wörter noch Beispiele in {1}; zeichnen Sie eines, oder geben Sie ihr Wörter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>class '{0}' has no words, and nothing was learned for it; give it words, or examples of it on an embedding</source>
   <translation>die Klasse „{0}“ hat keine Wörter, und für sie wurde nichts gelernt; geben Sie ihr Wörter oder Beispiele auf einem Embedding</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>class {0}</source>
   <translation>Klasse {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>class {0} has a second name, {1}; drop one</source>
   <translation>die Klasse {0} hat einen zweiten Namen, {1}; entfernen Sie einen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>classes have a 'direction', but 'model' or 'model_sha256' is missing; add them</source>
   <translation>Klassen haben eine 'direction', aber 'model' oder 'model_sha256' fehlt; fügen Sie sie hinzu</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>classes must be text, a list or a mapping, not {0}; e.g. 'water,river; forest'</source>
   <translation>Klassen müssen Text, eine Liste oder eine Zuordnung sein, nicht {0}; z. B. 'water,river; forest'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>collars of {0} ({1} % of the raster)</source>
   <translation>Ränder von {0} ({1} % des Rasters)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>collars of {0} ({1} % of the raster){2}</source>
   <translation>Ränder von {0} ({1} % des Rasters){2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>colour interpretation</source>
   <translation>Farbinterpretation</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>compare</source>
   <translation>vergleichen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>compare two embeddings with `classes`, or two label rasters; label an embedding first to compare its map</source>
   <translation>vergleichen Sie zwei Embeddings mit `classes` oder zwei Klassenraster; klassifizieren Sie ein Embedding zuerst, um seine Karte zu vergleichen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>components</source>
   <translation>Hauptkomponenten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>coordinates in '{0}' cannot be converted to '{1}', as for local grids and other planets; use files in one CRS</source>
   <translation>Koordinaten in „{0}“ können nicht in „{1}“ umgerechnet werden, wie bei lokalen Gittern und anderen Planeten; verwenden Sie Dateien in einem KBS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>corners and {0} % of the pixels hold the value {1}, as a collar without nodata; if it is one, pass nodata='auto', or it is mapped like the rest</source>
   <translation>die Ecken und {0} % der Pixel haben den Wert {1} wie ein Rand ohne Nodata; wenn es einer ist, setzen Sie nodata='auto', sonst wird er wie der Rest kartiert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>device '{0}' is not on this machine (CUDA devices: {1}, MPS devices: {2}); use device='cpu' or device='auto'</source>
   <translation>das Gerät „{0}“ gibt es auf diesem Rechner nicht (CUDA-Geräte: {1}, MPS-Geräte: {2}); verwenden Sie device='cpu' oder device='auto'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>did you mean {0}?</source>
   <translation>meinten Sie {0}?</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>directory {0} cannot be read ({1}); check its permissions</source>
   <translation>der Ordner {0} kann nicht gelesen werden ({1}); prüfen Sie seine Berechtigungen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>draw another example of '{0}' next</source>
   <translation>zeichnen Sie als Nächstes ein weiteres Beispiel für „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} has no data to compare examples with</source>
   <translation>das Embedding {0} hat keine Daten, mit denen Beispiele verglichen werden können</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} is not complete: {1} of {2} blocks are missing</source>
   <translation>das Embedding {0} ist nicht vollständig: {1} von {2} Blöcken fehlen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} lacks chunks although their block is marked as finished; encode the raster again with overwrite=True, or copy the whole store again</source>
   <translation>dem Embedding {0} fehlen Chunks, obwohl ihr Block als fertig markiert ist; kodieren Sie das Raster neu mit overwrite=True, oder kopieren Sie das ganze Embedding noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} lacks chunks although their block is marked as finished; run the same command again</source>
   <translation>dem Embedding {0} fehlen Chunks, obwohl ihr Block als fertig markiert ist; starten Sie denselben Lauf noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} was encoded for a part of the raster, and segments need whole tiles of {1} × {2} pixels: give `bounds` that lie {3} pixels inside it, or encode the whole raster and give the area when it is labelled</source>
   <translation>das Embedding {0} wurde für einen Teil des Rasters kodiert, und Segmente brauchen ganze Kacheln von {1} × {2} Pixeln: geben Sie eine `bounds` an, die {3} Pixel innerhalb davon liegt, oder kodieren Sie das ganze Raster, und geben Sie die Fläche beim Klassifizieren an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} was encoded with model '{1}', whose card cannot be found: {2}</source>
   <translation>das Embedding {0} wurde mit dem Modell „{1}“ kodiert, dessen Modellkarte nicht gefunden wurde: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>embedding {0} was encoded with other weights of model '{1}' (sha256 {2}… then, {3}… now), whose words mean something else; encode the raster again</source>
   <translation>das Embedding {0} wurde mit anderen Gewichten des Modells „{1}“ kodiert (sha256 damals {2}…, jetzt {3}…), deren Wörter etwas anderes bedeuten; kodieren Sie das Raster neu</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>encode</source>
   <translation>kodieren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>encode the raster again with overwrite=True, or copy the whole store again</source>
   <translation>kodieren Sie das Raster neu mit overwrite=True, oder kopieren Sie das ganze Embedding noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>evaluate</source>
   <translation>bewerten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>every block failed ({0} of {1}); the last one: {2}</source>
   <translation>alle Blöcke sind gescheitert ({0} von {1}); der letzte: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>every pixel of raster {0} (or of a sample of a very large one) is nodata; give the limits, e.g. stretch='0,3000'</source>
   <translation>jedes Pixel des Rasters {0} (oder einer Stichprobe eines sehr großen) ist Nodata; geben Sie die Grenzen an, z. B. stretch='0,3000'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>every pixel of the area of interest is nodata in {0}; choose another area</source>
   <translation>jedes Pixel der Fläche ist Nodata in {0}; wählen Sie eine andere Fläche</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>every pixel of the raster is nodata in {0}; choose another area</source>
   <translation>jedes Pixel des Rasters ist Nodata in {0}; wählen Sie eine andere Fläche</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>exact=True and {0} contradict each other; leave one out</source>
   <translation>exact=True und {0} widersprechen einander; lassen Sie eines weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>example {0} of '{1}' looks like '{2}' ({3} %)</source>
   <translation>Beispiel {0} für „{1}“ sieht wie „{2}“ aus ({3} %)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples contradict each other: {0}{1}; check their classes, or draw more of both classes</source>
   <translation>Beispiele widersprechen einander: {0}{1}; prüfen Sie ihre Klassen, oder zeichnen Sie mehr Beispiele beider Klassen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples need at least two classes, but '{0}' is the only one; add a class, or `background` words</source>
   <translation>Beispiele brauchen mindestens zwei Klassen, aber „{0}“ ist die einzige; fügen Sie eine Klasse hinzu, oder geben Sie `background` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples or labels say what classes are, and adapt=True guesses it from words; leave one out</source>
   <translation>Beispiele oder Labels zeigen, was die Klassen sind, und adapt=True errät es aus Wörtern; lassen Sie eines weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples {0}</source>
   <translation>Beispiele {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples {0} have a name of {1} letters in column '{2}', but the limit is {3}</source>
   <translation>die Beispiele {0} haben einen Namen mit {1} Buchstaben im Feld „{2}“, der Grenzwert ist aber {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>examples {0} have class '{1}', which is not in the vocabulary{2}; add it to the classes, or rename it in the file (classes: {3})</source>
   <translation>die Beispiele {0} haben die Klasse „{1}“, die nicht im Vokabular ist{2}; fügen Sie sie den Klassen hinzu, oder benennen Sie sie in der Datei um (Klassen: {3})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>fallback is {0}{1}, which is no class; there are {2}</source>
   <translation>fallback ist {0}{1}, das keine Klasse ist; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>feature {0} ('{1}', {2} % of it)</source>
   <translation>Objekt {0} („{1}“, {2} % davon)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>feature {0} of {1}, an example of '{2}', lies where {3} has no data; move or remove it</source>
   <translation>Objekt {0} von {1}, ein Beispiel für „{2}“, liegt dort, wo {3} keine Daten hat; verschieben oder entfernen Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>fetch</source>
   <translation>herunterladen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>generalise</source>
   <translation>generalisieren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>give either `classes`, e.g. "water; forest; building", or `vocabulary`, a built-in name or a file</source>
   <translation>geben Sie entweder `classes` an, z. B. "water; forest; building", oder `vocabulary`, einen eingebauten Namen oder eine Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>give other limits by `stretch`, or other bands by `bands`</source>
   <translation>geben Sie andere Grenzen als `stretch` oder andere Kanäle als `bands` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>gsd = {0}: the finest comes first, then the coarsest</source>
   <translation>gsd = {0}: zuerst kommt die feinste, dann die gröbste</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>gsd={0} m is larger than the whole raster {1} ({2} × {3} m); give metres per pixel, e.g. {4}</source>
   <translation>`gsd` {0} m ist größer als das ganze Raster {1} ({2} × {3} m); geben Sie Meter je Pixel an, z. B. {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>gsd={0} m is more than {1} times finer than the pixels of {2} ({3} × {4} m); give metres per pixel, {5} or more</source>
   <translation>`gsd` {0} m ist mehr als {1} Mal feiner als die Pixel von {2} ({3} × {4} m); geben Sie Meter je Pixel an, {5} oder mehr</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>gsd={0} m must be positive, and the raster must have a CRS; omit `gsd` otherwise</source>
   <translation>`gsd` {0} m muss positiv sein, und das Raster muss ein KBS haben; lassen Sie `gsd` sonst weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>in neither the truth nor the prediction, so not in the means: {0}</source>
   <translation>weder in der Referenz noch in der Vorhersage, daher nicht in den Mittelwerten: {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>in {0} they are {1}</source>
   <translation>in {0} sind sie {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>inverted (0 is white)</source>
   <translation>invertiert (0 ist Weiß)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>it is compressed with losses, so that pixels beside nodata {0} hold other values and are mapped like the rest; pass nodata='auto' to leave them out</source>
   <translation>es ist verlustbehaftet komprimiert, sodass Pixel neben dem NoData-Wert {0} andere Werte haben und wie der Rest kartiert werden; mit nodata='auto' werden sie ausgelassen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>it is meant for latitudes from {0}° to {1}°</source>
   <translation>es ist für Breiten von {0}° bis {1}° gedacht</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>it is not a dictionary of tensors</source>
   <translation>es ist kein Verzeichnis von Tensoren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>its shape is {0}</source>
   <translation>seine Form ist {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>label</source>
   <translation>klassifizieren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>label rasters have classes already; omit `classes`, or pass embeddings</source>
   <translation>Klassenraster haben schon Klassen; lassen Sie `classes` weg, oder geben Sie Embeddings an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>label value {0} is outside 0 to 65534, which a label raster can hold</source>
   <translation>der Labelwert {0} liegt nicht in 0 bis 65534; nur diese kann ein Klassenraster enthalten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>label values {0} stand for several classes each; give every class its own</source>
   <translation>die Labelwerte {0} stehen jeweils für mehrere Klassen; geben Sie jeder Klasse einen eigenen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>label {0} is '{1}' in {2} and '{3}' in {4}: rasters to merge must mean the same by a label; relabel one, or name the classes by a `vocabulary`</source>
   <translation>das Label {0} ist „{1}“ in {2} und „{3}“ in {4}: Raster, die vereint werden, müssen mit einem Label dasselbe meinen; ändern Sie eines, oder benennen Sie die Klassen durch ein `vocabulary`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels and truth have no class in common: {0} against {1}; give a mapping, e.g. mapping="1={2}"</source>
   <translation>Labels und Referenz haben keine gemeinsame Klasse: {0} gegenüber {1}; geben Sie eine Zuordnung an, z. B. mapping="1={2}"</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels and truth have no class in common: {0} against {1}; give a mapping, e.g. mapping="{2}"</source>
   <translation>Labels und Referenz haben keine gemeinsame Klasse: {0} gegenüber {1}; geben Sie eine Zuordnung an, z. B. mapping="{2}"</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels and truth must both be one raster, or both several: two lists, folders or patterns</source>
   <translation>Labels und Referenz müssen beide ein Raster oder beide mehrere sein: zwei Listen, Ordner oder Muster</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels without a CRS cannot be put into {0}</source>
   <translation>Labels ohne KBS können nicht in {0} umgewandelt werden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels {0}</source>
   <translation>Labels {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels {0} have a name of {1} letters in column '{2}', but the limit is {3}</source>
   <translation>die Labels {0} haben einen Namen mit {1} Buchstaben im Feld „{2}“, der Grenzwert ist aber {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>labels {0} of {1} have no class name (known labels: {2}); pass the vocabulary that the raster was made with</source>
   <translation>die Labels {0} von {1} haben keinen Klassennamen (bekannte Labels: {2}); geben Sie das Vokabular an, mit dem das Raster erzeugt wurde</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>lacks the table [{0}]</source>
   <translation>hat keine Tabelle [{0}]</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>layers</source>
   <translation>Layer</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>learn it again from examples</source>
   <translation>lernen Sie es neu aus Beispielen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>learned from examples</source>
   <translation>aus Beispielen gelernt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}</source>
   <translation>Zeile {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0} has {1} cells, but there are {2} columns; put cells with a separator in quotes</source>
   <translation>die Zeile {0} hat {1} Zellen, aber es gibt {2} Spalten; setzen Sie Zellen mit einem Trennzeichen in Anführungszeichen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}, column {1}</source>
   <translation>Zeile {0}, Spalte {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: a key must be text</source>
   <translation>Zeile {0}: ein Schlüssel muss Text sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: malformed CSV: {1}</source>
   <translation>Zeile {0}: fehlerhaftes CSV: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: the alias *{1} is not allowed; repeat the value</source>
   <translation>Zeile {0}: der Alias *{1} ist nicht erlaubt; wiederholen Sie den Wert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: the key {1} is there twice; merge or rename one</source>
   <translation>Zeile {0}: der Schlüssel {1} kommt zweimal vor; vereinen Sie beide, oder benennen Sie einen um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: the name is blank</source>
   <translation>Zeile {0}: der Name ist leer</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>line {0}: the {1} {2} is not a number</source>
   <translation>Zeile {0}: {1} {2} ist keine Zahl</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask band {0} (given)</source>
   <translation>Maskenkanal {0} (angegeben)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask band {0} (it holds two values, 0 where all colours are the same)</source>
   <translation>Maskenkanal {0} (er enthält zwei Werte, 0 dort, wo alle Farben gleich sind)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask of the raster</source>
   <translation>Maske des Rasters</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask {0} (given)</source>
   <translation>Maske {0} (angegeben)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask {0} ({1} × {2} px) is on another grid than {3} ({4} × {5} px)</source>
   <translation>die Maske {0} ({1} × {2} px) liegt auf einem anderen Gitter als {3} ({4} × {5} px)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask {0} cannot be read ({1}); copy or create it again</source>
   <translation>die Maske {0} kann nicht gelesen werden ({1}); kopieren oder erzeugen Sie sie noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask {0} was changed or removed while it was read; run again with the new file</source>
   <translation>die Maske {0} wurde während des Lesens geändert oder entfernt; starten Sie den Lauf mit der neuen Datei noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>mask={0} is out of range: {1} has bands 1 to {2}</source>
   <translation>mask={0} gibt es nicht: {1} hat die Kanäle 1 bis {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>members: an ensemble has two or more, and their weights sum to 1</source>
   <translation>members: ein Ensemble hat zwei oder mehr, und ihre Gewichte ergeben zusammen 1</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>memory ran out{0}</source>
   <translation>der Arbeitsspeicher reichte nicht{0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}'</source>
   <translation>Modell „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}' does not know '{1}' or anything near it (nearest known word: '{2}', similarity {3}); use a plainer English word, or a larger model</source>
   <translation>das Modell „{0}“ kennt weder „{1}“ noch etwas Ähnliches (nächstes bekanntes Wort: „{2}“, Ähnlichkeit {3}); verwenden Sie ein einfacheres englisches Wort oder ein größeres Modell</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}' loads, but its features are not finite or differ in length from its queries</source>
   <translation>das Modell „{0}“ lässt sich laden, aber seine Merkmale sind nicht endlich oder haben eine andere Länge als seine Anfragen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}' loads, but tells only {1} of the pairs of {2} apart on a synthetic image ({3} are needed): its weights are random, damaged or of another model</source>
   <translation>das Modell „{0}“ lässt sich laden, unterscheidet aber nur {1} der Paare aus {2} auf einem synthetischen Bild ({3} sind nötig): seine Gewichte sind zufällig, beschädigt oder von einem anderen Modell</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': [text_model] lacks a tokenizer</source>
   <translation>Modell „{0}“: in [text_model] fehlt ein tokenizer</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': nothing says which activation the CLIP weights were trained with; set quick_gelu = true (OpenAI's weights and what was fine-tuned from them) or false in [clip]</source>
   <translation>Modell „{0}“: es ist nicht angegeben, mit welcher Aktivierung die CLIP-Gewichte trainiert wurden; setzen Sie in [clip] quick_gelu = true (Gewichte von OpenAI und daraus abgeleitete) oder false</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': only CLIPs with open_clip's own text and image towers are supported</source>
   <translation>Modell „{0}“: nur CLIPs mit den Text- und Bildtürmen von open_clip werden unterstützt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': open_clip cannot build this CLIP config: {1}</source>
   <translation>Modell „{0}“: open_clip kann diese CLIP-Konfiguration nicht erzeugen: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': open_clip has no architecture '{1}'</source>
   <translation>Modell „{0}“: open_clip hat keine Architektur „{1}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': open_clip has no weights '{1}' for '{2}'; known: {3}</source>
   <translation>Modell „{0}“: open_clip hat keine Gewichte „{1}“ für „{2}“; bekannt sind: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': open_clip knows no hub repository for {1}/{2}</source>
   <translation>Modell „{0}“: open_clip kennt kein Hub-Repository für {1}/{2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': step {1} must be the stride of a feature map: {2}</source>
   <translation>Modell „{0}“: der Gitterschritt {1} muss die Schrittweite einer Merkmalskarte sein: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': the CLIP activation is contradicted: {1}; with OpenAI's weights the architecture's name ends in -quickgelu</source>
   <translation>Modell „{0}“: die Angaben zur CLIP-Aktivierung widersprechen sich: {1}; mit Gewichten von OpenAI endet der Name der Architektur auf -quickgelu</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': the CLIP config {1}</source>
   <translation>Modell „{0}“: die CLIP-Konfiguration {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': the list of known words {1}</source>
   <translation>Modell „{0}“: die Liste der bekannten Wörter {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': the member '{1}' is an ensemble itself</source>
   <translation>Modell „{0}“: das Mitglied „{1}“ ist selbst ein Ensemble</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': timm knows no weights for '{1}'; give [vfm] weights or hub</source>
   <translation>Modell „{0}“: timm kennt keine Gewichte für „{1}“; geben Sie in [vfm] weights oder hub an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': unknown member {1}{2}; give the name of a built-in model, or a card (.toml) in the same folder</source>
   <translation>Modell „{0}“: unbekanntes Mitglied {1}{2}; geben Sie den Namen eines eingebauten Modells oder eine Modellkarte (.toml) im selben Ordner an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>model '{0}': windows are enlarged by {1} for the VFM, so its tokens are {2} px apart; their distance must be a whole number of pixels</source>
   <translation>Modell „{0}“: Fenster werden für das VFM um {1} vergrößert, daher liegen seine Tokens {2} px auseinander; ihr Abstand muss eine ganze Zahl von Pixeln sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no CRS</source>
   <translation>kein KBS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no built-in model is called '{0}'</source>
   <translation>es gibt kein eingebautes Modell „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no collar found</source>
   <translation>kein Rand gefunden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no driver of GDAL recognises its format</source>
   <translation>kein Treiber von GDAL erkennt sein Format</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no named classes: give a vocabulary</source>
   <translation>keine benannten Klassen: geben Sie ein Vokabular an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no names: give values</source>
   <translation>keine Namen: geben Sie Werte an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no nodata</source>
   <translation>kein Nodata</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no pixel kept its class, so that the noise of the scores is not known and changes have confidence 0</source>
   <translation>kein Pixel behielt seine Klasse, daher ist das Rauschen der Scores nicht bekannt, und die Änderungen haben die Konfidenz 0</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no pixel of type {0} can hold nodata {1}, so that all count as data; give a whole number from {2} to {3}</source>
   <translation>kein Pixel vom Typ {0} kann den NoData-Wert {1} haben, sodass alle als Daten zählen; geben Sie eine ganze Zahl von {2} bis {3} an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no pixel of {0} can be compared with {1}: {2}; check that they cover the same area, the mapping and the ignored values</source>
   <translation>kein Pixel von {0} kann mit {1} verglichen werden: {2}; prüfen Sie, ob beide dieselbe Fläche zeigen, die Zuordnung und die ignorierten Werte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no polygons were written; run again with polygons=True</source>
   <translation>es wurden keine Polygone geschrieben; starten Sie den Lauf noch einmal mit polygons=True</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>no vector file</source>
   <translation>keine Vektordatei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>nodata {0} (given)</source>
   <translation>Nodata {0} (angegeben)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>nodata {0} (tag)</source>
   <translation>Nodata {0} (Angabe der Datei)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>none of the {0} examples in {1} lies within {2} ({3}; west, south, east, north); check that they are of this raster, and the CRS of both</source>
   <translation>keines der {0} Beispiele in {1} liegt in {2} ({3}; West, Süd, Ost, Nord); prüfen Sie, ob sie zu diesem Raster gehören, und das KBS beider</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>none of the {0} labels in {1} lies within {2} ({3}; west, south, east, north); check that they are of this raster, and the CRS of both</source>
   <translation>keines der {0} Labels in {1} liegt in {2} ({3}; West, Süd, Ost, Nord); prüfen Sie, ob sie zu diesem Raster gehören, und das KBS beider</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>none of the {0} zones in {1} lies within {2} ({3}; west, south, east, north); check that they are of this raster, and the CRS of both</source>
   <translation>keine der {0} Zonen in {1} liegt in {2} ({3}; West, Süd, Ost, Nord); prüfen Sie, ob sie zu diesem Raster gehören, und das KBS beider</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>not applied: </source>
   <translation>nicht angewandt: </translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>not applied: {0}</source>
   <translation>nicht angewandt: {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>not stated</source>
   <translation>nicht angegeben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>of another shape</source>
   <translation>von anderer Form</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>one number, or three for red, green and blue</source>
   <translation>eine Zahl, oder drei für Rot, Grün und Blau</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>only the truth has {0}: all of it counts as wrong; map or ignore it</source>
   <translation>nur die Referenz hat {0}: alles davon zählt als falsch; ordnen Sie es zu, oder ignorieren Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>only {0} of {1} polygons were written</source>
   <translation>nur {0} von {1} Polygonen wurden geschrieben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>open</source>
   <translation>öffnen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>or write to another disk</source>
   <translation>oder wählen Sie einen anderen Datenträger</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>other weights of model '{0}' (sha256 {1}… then, {2}… now)</source>
   <translation>anderen Gewichten des Modells „{0}“ (sha256 damals {1}…, jetzt {2}…)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>overrides must not hold {0}; give weights or hub</source>
   <translation>overrides darf {0} nicht enthalten; geben Sie weights oder hub an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>overviews</source>
   <translation>Übersichten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>parts</source>
   <translation>Teile</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>pass gsd={0}</source>
   <translation>setzen Sie `gsd` auf {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>pixels</source>
   <translation>Pixel</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>pixels are {0} m; model '{1}' is meant for {2} to {3} m: {4}</source>
   <translation>die Pixel sind {0} m groß; das Modell „{1}“ ist für {2} bis {3} m gedacht: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>point {0}, {1} lies outside the raster, or its encoded area, whose bounds are {2} (west, south, east, north)</source>
   <translation>der Punkt {0}, {1} liegt außerhalb des Rasters oder seines kodierten Gebiets mit den Grenzen {2} (West, Süd, Ost, Nord)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>polygonize</source>
   <translation>Polygone bilden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>polygons</source>
   <translation>Polygone</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>polygons lie across the edge of the map in {0} (its antimeridian); choose a CRS whose middle is near the area, or a geographic one such as EPSG:4326, where they are cut</source>
   <translation>Polygone liegen über dem Rand der Karte in {0} (ihrem Antimeridian); wählen Sie ein KBS, dessen Mitte nahe der Fläche liegt, oder ein geographisches wie EPSG:4326, in dem sie zerschnitten werden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>polygons would lie {0} m from the origin of {1}, which cannot show all of the labels{2}: clip to an `aoi`, or choose a CRS that covers the labels</source>
   <translation>Polygone würden {0} m vom Ursprung von {1} entfernt liegen, das nicht alle Labels darstellen kann{2}: schneiden Sie auf eine `aoi` zu, oder wählen Sie ein KBS, das die Labels abdeckt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>polyhedral surface</source>
   <translation>Polyederfläche</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>prompts</source>
   <translation>Prompts</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} cannot be read ({1}); a source may be damaged or cut short: copy it again</source>
   <translation>das Raster {0} kann nicht gelesen werden ({1}); eine Quelle ist vielleicht beschädigt oder abgeschnitten: kopieren Sie sie noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} cannot be read in rows {1}–{2}, columns {3}–{4} ({5}); it may be damaged or cut short: copy it again, or exclude that part by `bounds`</source>
   <translation>das Raster {0} kann in den Zeilen {1}–{2}, Spalten {3}–{4} nicht gelesen werden ({5}); es ist vielleicht beschädigt oder abgeschnitten: kopieren Sie es noch einmal, oder schließen Sie diesen Teil durch `bounds` aus</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} cannot be read while measuring its stretch ({1}); it may be damaged or cut short: copy it again, or give the limits, e.g. stretch='0,3000'</source>
   <translation>das Raster {0} kann beim Messen der Streckung nicht gelesen werden ({1}); es ist vielleicht beschädigt oder abgeschnitten: kopieren Sie es noch einmal, oder geben Sie die Grenzen an, z. B. stretch='0,3000'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} cannot be read while seeking collars ({1}); it may be damaged or cut short: copy it again, or give the value by `nodata`</source>
   <translation>das Raster {0} kann bei der Suche nach Rändern nicht gelesen werden ({1}); es ist vielleicht beschädigt oder abgeschnitten: kopieren Sie es noch einmal, oder geben Sie den Wert als `nodata` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} does not exist; check the path</source>
   <translation>das Raster {0} gibt es nicht; prüfen Sie den Pfad</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has a CRS that is not known ({1})</source>
   <translation>das Raster {0} hat ein KBS, das nicht bekannt ist ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has an impossible georeference: its transform ({1}) gives several pixels the same coordinates</source>
   <translation>das Raster {0} hat eine unmögliche Georeferenz: seine Transformation ({1}) gibt mehreren Pixeln dieselben Koordinaten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has complex values; give DERIVED_SUBDATASET:AMPLITUDE:{1}, GDAL's name of their amplitudes, or other `bands`</source>
   <translation>das Raster {0} hat komplexe Werte; geben Sie DERIVED_SUBDATASET:AMPLITUDE:{1} an, den GDAL-Namen ihrer Beträge, oder andere `bands`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has no bands</source>
   <translation>das Raster {0} hat keine Kanäle</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has only an alpha band; give one with colour or grey bands</source>
   <translation>das Raster {0} hat nur einen Alphakanal; geben Sie eines mit Farb- oder Graukanälen an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has {1} × {2} px, more than {3} a side</source>
   <translation>das Raster {0} hat {1} × {2} px, mehr als {3} je Seite</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} has {1}, so that its pixels have no size in metres; omit `gsd`</source>
   <translation>das Raster {0} hat {1}, daher haben seine Pixel keine Größe in Metern; lassen Sie `gsd` weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} is a VRT from the network that names a file of this machine ('{1}'), which is not read; download the VRT if you trust it</source>
   <translation>das Raster {0} ist ein VRT aus dem Netz, das eine Datei dieses Rechners nennt („{1}“), die nicht gelesen wird; laden Sie das VRT herunter, wenn Sie ihm vertrauen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} is a VRT of {1} MiB, and the limit is {2} MiB; make a VRT of several smaller ones</source>
   <translation>das Raster {0} ist ein VRT von {1} MiB, der Grenzwert ist {2} MiB; machen Sie ein VRT aus mehreren kleineren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} is cut short: it has {1} of {2} bytes; copy it again</source>
   <translation>das Raster {0} ist abgeschnitten: es hat {1} von {2} Bytes; kopieren Sie es noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} is empty (0 bytes); copy or download it again</source>
   <translation>das Raster {0} ist leer (0 Bytes); kopieren Sie es noch einmal, oder laden Sie es noch einmal herunter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} names a file that does not exist, '{1}'; restore it, or remove it from the VRT</source>
   <translation>das Raster {0} nennt eine Datei, die es nicht gibt, „{1}“; stellen Sie sie wieder her, oder entfernen Sie sie aus dem VRT</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} reads the bytes of '{1}', which is not beside it; move it there</source>
   <translation>das Raster {0} liest die Bytes von „{1}“, das nicht daneben liegt; verschieben Sie es dorthin</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>raster {0} was changed or removed while it was read; run again with the new file</source>
   <translation>das Raster {0} wurde während des Lesens geändert oder entfernt; starten Sie den Lauf mit der neuen Datei noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>reading a thumbnail was stopped</source>
   <translation>das Lesen einer Vorschau wurde abgebrochen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>remove it, and run the same command again</source>
   <translation>entfernen Sie sie, und starten Sie denselben Lauf noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>rows</source>
   <translation>Zeilen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>run the same command again</source>
   <translation>starten Sie denselben Lauf noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>scale {0} and offset {1}</source>
   <translation>Maßstab {0} und Versatz {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>scores {0} ({1} × {2} px) do not lie on the grid of labels {3} ({4} × {5} px): pass the score raster of the same run</source>
   <translation>die Scores {0} ({1} × {2} px) liegen nicht auf dem Gitter der Labels {3} ({4} × {5} px): geben Sie das Score-Raster desselben Laufs an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>scores {0} are in {1}, labels {2} in {3}: pass the score raster of the same run</source>
   <translation>die Scores {0} sind in {1}, die Labels {2} in {3}: geben Sie das Score-Raster desselben Laufs an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>segment</source>
   <translation>segmentieren</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>segments={0} needs scikit-image, which is not installed</source>
   <translation>segments={0} braucht scikit-image, das nicht installiert ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>simplify</source>
   <translation>vereinfachen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>steps</source>
   <translation>Schritte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch 0–{0} ({1}-bit values)</source>
   <translation>Streckung 0–{0} ({1}-Bit-Werte)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch limits {0} to {1}: both must be finite and the first the smaller</source>
   <translation>Grenzen der Streckung {0} bis {1}: beide müssen endlich sein und die erste die kleinere</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch percentiles {0} and {1} must be ordered, e.g. 2 and 98</source>
   <translation>die Perzentile der Streckung {0} und {1} müssen geordnet sein, z. B. 2 und 98</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch them, e.g. stretch='0,{0}'</source>
   <translation>strecken Sie sie, z. B. stretch='0,{0}'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch {0} (given)</source>
   <translation>Streckung {0} (angegeben)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>stretch {0}–{1} % of the raster: {2}</source>
   <translation>Streckung {0}–{1} % des Rasters: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the 8-bit values fill only {0}–{1} of 0–255, which is almost black; {2}</source>
   <translation>die 8-Bit-Werte füllen nur {0}–{1} von 0–255, das ist fast schwarz; {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the CLIP config</source>
   <translation>die CLIP-Konfiguration</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the CLS features</source>
   <translation>die CLS-Merkmale</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the CRS '{0}', beyond it or without a unit of length</source>
   <translation>das KBS „{0}“, außerhalb davon oder ohne Längeneinheit</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the OpenVINO backend computes on the CPU, not on {0}: pass device='cpu'</source>
   <translation>das OpenVINO-Backend rechnet auf der CPU, nicht auf {0}: wählen Sie device='cpu'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the OpenVINO backend is not installed</source>
   <translation>das OpenVINO-Backend ist nicht installiert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the STAC file {0}</source>
   <translation>die STAC-Datei {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the architecture '{0}'</source>
   <translation>die Architektur „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area has {0} × {1} pixels, more than the limit of {2} for a map in memory; give smaller `bounds` or a coarser `gsd`, or write the map to files</source>
   <translation>die Fläche hat {0} × {1} Pixel, mehr als der Grenzwert {2} für eine Karte im Arbeitsspeicher; wählen Sie eine kleinere `bounds` oder eine gröbere `gsd`, oder schreiben Sie die Karte in Dateien</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area of interest ({0}) does not meet raster {1} ({2}); both are west, south, east, north in the raster's CRS</source>
   <translation>die Fläche ({0}) berührt das Raster {1} ({2}) nicht; beide sind West, Süd, Ost, Nord im KBS des Rasters</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area of interest is thinner than a pixel of raster {0}; enlarge it</source>
   <translation>die Fläche ist schmaler als ein Pixel des Rasters {0}; vergrößern Sie sie</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area of interest lies outside the encoded area of {0}, which has the bounds {1} (west, south, east, north)</source>
   <translation>die Fläche liegt außerhalb des kodierten Gebiets von {0} mit den Grenzen {1} (West, Süd, Ost, Nord)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area of interest {0} ({1} in {2}) does not meet the raster ({3} in {4}); both are west, south, east, north</source>
   <translation>die Fläche {0} ({1} in {2}) berührt das Raster ({3} in {4}) nicht; beide sind West, Süd, Ost, Nord</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the area of interest {0} ({1} in {2}) leaves the domain of the raster's CRS {3}; clip it to the raster ({4})</source>
   <translation>die Fläche {0} ({1} in {2}) verlässt den Gültigkeitsbereich des KBS des Rasters {3}; schneiden Sie sie auf das Raster ({4}) zu</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the arrays</source>
   <translation>die Arrays</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the basis</source>
   <translation>die Basis</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the card</source>
   <translation>die Modellkarte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the card of '{0}'</source>
   <translation>die Modellkarte von „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the chart '{0}' must be a {1} file; change its suffix</source>
   <translation>das Diagramm „{0}“ muss eine {1}-Datei sein; ändern Sie die Endung</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the class {0} is there twice (upper and lower case are the same); merge them or rename one</source>
   <translation>die Klasse {0} kommt zweimal vor (Groß- und Kleinschreibung zählen nicht); vereinen Sie beide, oder benennen Sie eine um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the classes {0} and {1} both have the value {2}; give each its own</source>
   <translation>die Klassen {0} und {1} haben beide den Wert {2}; geben Sie jeder einen eigenen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the color</source>
   <translation>die Farbe</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the color is empty; in YAML a '#' starts a comment, so write it in quotes: '#0000ff'</source>
   <translation>die Farbe ist leer; in YAML beginnt '#' einen Kommentar, setzen Sie sie daher in Anführungszeichen: '#0000ff'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the color is {0}, which is not a colour: give '#rrggbb', [r, g, b] or a CSS name such as 'teal'</source>
   <translation>die Farbe ist {0}, das keine Farbe ist: geben Sie '#rrggbb', [r, g, b] oder einen CSS-Namen wie 'teal' an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the column {0} is there twice; drop one</source>
   <translation>die Spalte {0} kommt zweimal vor; entfernen Sie eine</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the config</source>
   <translation>die Konfiguration</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the connection to the hub was lost while {0} was downloaded ({1}: {2})</source>
   <translation>die Verbindung zum Hub riss ab, während {0} heruntergeladen wurde ({1}: {2})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the direction of class {0} has {1} numbers, but features have {2}; learn it again from examples</source>
   <translation>die Richtung der Klasse {0} hat {1} Zahlen, Merkmale haben aber {2}; lernen Sie sie neu aus Beispielen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the directory of tiles was not written correctly</source>
   <translation>das Verzeichnis der Kacheln wurde nicht richtig geschrieben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the embedding has too few different features for {0} clusters; ask for fewer</source>
   <translation>das Embedding hat zu wenige verschiedene Merkmale für {0} Cluster; wählen Sie weniger</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the entry {0} declares {1} bytes, but the file has {2}</source>
   <translation>der Eintrag {0} gibt {1} Bytes an, aber die Datei hat {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the entry {0} has the type {1}</source>
   <translation>der Eintrag {0} hat den Typ {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the entry {0} is no plain tensor</source>
   <translation>der Eintrag {0} ist kein einfacher Tensor</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the file</source>
   <translation>die Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the file '{0}' exists</source>
   <translation>die Datei „{0}“ existiert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the file is empty; its first line names the columns, e.g. name,synonyms,color</source>
   <translation>die Datei ist leer; ihre erste Zeile nennt die Spalten, z. B. name,synonyms,color</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the file must hold a list or a mapping of classes, not {0}</source>
   <translation>die Datei muss eine Liste oder Zuordnung von Klassen enthalten, nicht {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the first line</source>
   <translation>die erste Zeile</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the first line has an unknown entry {0}{1}; there are {2}</source>
   <translation>die erste Zeile hat einen unbekannten Eintrag {0}{1}; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the first line must name the columns, of which one is 'name', not {0}; for a plain list, one class per line, use a .txt file</source>
   <translation>die erste Zeile muss die Spalten nennen, darunter 'name', nicht {0}; verwenden Sie für eine einfache Liste, eine Klasse je Zeile, eine .txt-Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the first of two bands</source>
   <translation>der erste von zwei Kanälen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the first three, as the raster does not name them</source>
   <translation>die ersten drei, da das Raster sie nicht benennt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the halo of block {0}</source>
   <translation>der Halo des Blocks {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the hub</source>
   <translation>der Hub</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the hub refuses {0} at revision {1}: {2}</source>
   <translation>der Hub verweigert {0} in der Revision {1}: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the image tower of CLIP '{0}' ({1}) lacks {2}: proxy attention needs a ViT of open_clip, such as ViT-B-16-quickgelu or ViT-H-14</source>
   <translation>dem Bildturm von CLIP „{0}“ ({1}) fehlt {2}: Proxy-Attention braucht einen ViT von open_clip, z. B. ViT-B-16-quickgelu oder ViT-H-14</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the key {0} is there twice; merge or rename one</source>
   <translation>der Schlüssel {0} kommt zweimal vor; vereinen Sie beide, oder benennen Sie einen um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the labels have no class with the value {0}; there are {1}</source>
   <translation>die Labels haben keine Klasse mit dem Wert {0}; vorhanden sind {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the labels have no class {0}{1}; there are {2}</source>
   <translation>die Labels haben keine Klasse {0}{1}; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the list of rasters {0}</source>
   <translation>die Liste der Raster {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the list of rasters {0} is empty; write the name of a raster on each line</source>
   <translation>die Liste der Raster {0} ist leer; schreiben Sie den Namen eines Rasters in jede Zeile</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the metadata of embedding {0} are damaged (encode the raster again)</source>
   <translation>die Metadaten des Embeddings {0} sind beschädigt (kodieren Sie das Raster neu)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the metadata of embedding {0} are damaged (encode the raster again): {1}</source>
   <translation>die Metadaten des Embeddings {0} sind beschädigt (kodieren Sie das Raster neu): {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the metadata of {0}</source>
   <translation>die Metadaten von {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the metadata of {0}: the CRS cannot be read ({1}); give a GeoPackage</source>
   <translation>die Metadaten von {0}: das KBS kann nicht gelesen werden ({1}); geben Sie ein GeoPackage an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the model card {0}</source>
   <translation>die Modellkarte {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the model card {0} is not valid TOML: {1}</source>
   <translation>die Modellkarte {0} ist kein gültiges TOML: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the model card {0}: unknown entry 'directory': files are relative to the card</source>
   <translation>die Modellkarte {0}: unbekannter Eintrag 'directory': Dateien sind relativ zur Modellkarte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the name of raster {0} holds a NUL character; give the path of a file</source>
   <translation>der Name des Rasters {0} enthält ein NUL-Zeichen; geben Sie den Pfad einer Datei an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the name of raster {0} is too long for this system; shorten it</source>
   <translation>der Name des Rasters {0} ist zu lang für dieses System; kürzen Sie ihn</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the name of the raster is empty; give a file or URL</source>
   <translation>der Name des Rasters ist leer; geben Sie eine Datei oder URL an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the next page of {0} cannot be requested ({1} {2}); save all items to a file, and give that</source>
   <translation>die nächste Seite von {0} kann nicht angefordert werden ({1} {2}); speichern Sie alle Items in einer Datei, und geben Sie diese an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the only band</source>
   <translation>der einzige Kanal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the only line, {0}, may be one class with synonyms or several classes; for several, write one per line; for one, separate the synonyms by ','</source>
   <translation>die einzige Zeile, {0}, kann eine Klasse mit Synonymen oder mehrere Klassen sein; schreiben Sie mehrere je in eine Zeile; trennen Sie die Synonyme einer Klasse mit ','</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the overviews of an embedding cannot be written: {0}; make room, or give a copy of it</source>
   <translation>die Übersichten eines Embeddings können nicht geschrieben werden: {0}; schaffen Sie Platz, oder geben Sie eine Kopie davon an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the overviews of embedding {0} are damaged; remove the folder overviews in it, they are computed again</source>
   <translation>die Übersichten des Embeddings {0} sind beschädigt; entfernen Sie den Ordner overviews darin, sie werden neu berechnet</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the palette</source>
   <translation>die Palette</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the picture is almost black (0–{0} of 255); {1}</source>
   <translation>das Bild ist fast schwarz (0–{0} von 255); {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the picture is almost white ({0}–255 of 255); {1}</source>
   <translation>das Bild ist fast weiß ({0}–255 von 255); {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the picture is flat: nearly all pixels have one colour ({0}); {1}</source>
   <translation>das Bild ist einfarbig: fast alle Pixel haben eine Farbe ({0}); {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the pixels of {0} have no size in metres in its CRS '{1}', which may be wrong: polygons may have no areas in m²</source>
   <translation>die Pixel von {0} haben im KBS „{1}“, das vielleicht falsch ist, keine Größe in Metern: Polygone haben vielleicht keine Flächen in m²</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the place has no data; choose another one</source>
   <translation>die Stelle hat keine Daten; wählen Sie eine andere</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the polygons cannot be put into {0} ({1}); choose a CRS that covers the area</source>
   <translation>die Polygone können nicht in {0} umgewandelt werden ({1}); wählen Sie ein KBS, das die Fläche abdeckt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the polygons of {0} hold the centre of no pixel of {1}; enlarge them, or set a finer `gsd`</source>
   <translation>die Polygone von {0} enthalten die Mitte keines Pixels von {1}; vergrößern Sie sie, oder wählen Sie eine feinere `gsd`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the raster does not name its {0} bands: the first three are taken as red, green, blue{1}; if this is wrong, name them, e.g. bands='3,2,1'</source>
   <translation>das Raster benennt seine {0} Kanäle nicht: die ersten drei werden als Rot, Grün, Blau genommen{1}; wenn das falsch ist, geben Sie sie an, z. B. bands='3,2,1'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the raster does not name its {0} bands: {1} are taken as red, green, blue, as in {2}, which has as many; if this is wrong, name them, e.g. bands='3,2,1'</source>
   <translation>das Raster benennt seine {0} Kanäle nicht: {1} werden als Rot, Grün, Blau genommen wie bei {2}, das ebenso viele hat; wenn das falsch ist, geben Sie sie an, z. B. bands='3,2,1'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the record of an earlier run '{0}' (remove it, or choose another directory)</source>
   <translation>das Protokoll eines früheren Laufs „{0}“ (entfernen Sie es, oder wählen Sie einen anderen Ordner)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the request</source>
   <translation>die Anfrage</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the run of {0} used 8-bit values unchanged; it has no stretch to reuse</source>
   <translation>der Lauf von {0} verwendete 8-Bit-Werte unverändert; er hat keine Streckung, die wiederverwendet werden kann</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the stretch file {0}</source>
   <translation>die Streckungsdatei {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the table '{0}' must be a {1} file; change its suffix</source>
   <translation>die Tabelle „{0}“ muss eine {1}-Datei sein; ändern Sie die Endung</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the template {0} has braces other than {{}}; remove them</source>
   <translation>die Vorlage {0} hat andere Klammern als {{}}; entfernen Sie sie</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the template {0} has no {{}} for the word, e.g. 'a satellite image of {{}}.'</source>
   <translation>die Vorlage {0} hat kein {{}} für das Wort, z. B. 'a satellite image of {{}}.'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the thumbnail</source>
   <translation>das Vorschaubild</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the truth has no class {0}{1}; there are {2}</source>
   <translation>die Referenz hat keine Klasse {0}{1}; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the two maps have no class in common: {0} against {1}; compare maps of the same classes</source>
   <translation>die beiden Karten haben keine gemeinsame Klasse: {0} gegenüber {1}; vergleichen Sie Karten derselben Klassen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the validity</source>
   <translation>die Gültigkeit</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the value 255 of {0} is for nodata; choose one in 1–{1}</source>
   <translation>der Wert 255 von {0} ist für Nodata; wählen Sie einen in 1–{1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary</source>
   <translation>das Vokabular</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary has an unknown entry {0}{1}; there are {2}</source>
   <translation>das Vokabular hat einen unbekannten Eintrag {0}{1}; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary has no 'classes', only {0}</source>
   <translation>das Vokabular hat keine 'classes', nur {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary has no classes; give at least one, e.g. "water; forest; building"</source>
   <translation>das Vokabular hat keine Klassen; geben Sie mindestens eine an, z. B. "water; forest; building"</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary has one class, {0}: without `background` words every pixel becomes {1}; name there what it contrasts with, or add it as a class.{2}</source>
   <translation>das Vokabular hat eine Klasse, {0}: ohne `background` wird jedes Pixel {1}; nennen Sie dort, wovon sie sich abhebt, oder fügen Sie es als Klasse hinzu.{2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary is blank; name one, or give classes such as "water; forest; building"</source>
   <translation>das Vokabular ist leer; nennen Sie eines, oder geben Sie Klassen wie "water; forest; building" an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the vocabulary was not adapted: fewer than two classes have {0} of {1} cells with a score above {2}. The map is that of the words; use other words, or examples</source>
   <translation>das Vokabular wurde nicht angepasst: weniger als zwei Klassen haben {0} von {1} Zellen mit einem Score über {2}. Die Karte ist die der Wörter; verwenden Sie andere Wörter oder Beispiele</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the wavelengths</source>
   <translation>die Wellenlängen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights '{0}'</source>
   <translation>die Gewichte „{0}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights {0} are damaged: {1} holds values that are not finite</source>
   <translation>die Gewichte {0} sind beschädigt: {1} enthält Werte, die nicht endlich sind</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights {0} are of another model: 1 entries missing, e.g. {1}</source>
   <translation>die Gewichte {0} sind von einem anderen Modell: 1 Einträge fehlen, z. B. {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights {0} are of another model: timm cannot convert them: {1}</source>
   <translation>die Gewichte {0} sind von einem anderen Modell: timm kann sie nicht umwandeln: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights {0} are of another model: {1}</source>
   <translation>die Gewichte {0} sind von einem anderen Modell: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the weights {0} have biases of queries and values ({1}), which this architecture lacks; timm's names of architectures with them end in _qkvb</source>
   <translation>die Gewichte {0} haben Bias-Werte für Queries und Values ({1}), die diese Architektur nicht hat; die Namen der Architekturen von timm, die sie haben, enden auf _qkvb</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the word {0} belongs to two classes, {1} and {2}; keep it in one of them</source>
   <translation>das Wort {0} gehört zu zwei Klassen, {1} und {2}; behalten Sie es in einer davon</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the words alone put more of the left-out examples in their class than the other examples do; draw more examples, or remove them</source>
   <translation>die Wörter allein ordnen mehr der ausgelassenen Beispiele ihrer Klasse zu als die übrigen Beispiele; zeichnen Sie mehr Beispiele, oder entfernen Sie sie</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the {0} weights of model '{1}' ({2}) are not on this machine</source>
   <translation>die Gewichte {0} des Modells „{1}“ ({2}) sind nicht auf diesem Rechner</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the {0} weights of model '{1}' are in the Python package {2}, which is not installed</source>
   <translation>die Gewichte {0} des Modells „{1}“ sind im Python-Paket {2}, das nicht installiert ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the {0} weights of model '{1}' are missing: {2}</source>
   <translation>die Gewichte {0} des Modells „{1}“ fehlen: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>the {0} weights of model '{1}' cannot be fetched; get {2} from {3}, and set PROXYCLIP_GEO_WEIGHTS to the folder that holds it</source>
   <translation>die Gewichte {0} des Modells „{1}“ können nicht heruntergeladen werden; holen Sie {2} von {3}, und setzen Sie die Umgebungsvariable PROXYCLIP_GEO_WEIGHTS auf den Ordner, der die Datei enthält</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there are no entries</source>
   <translation>es gibt keine Einträge</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there are no polygons, and '{0}' cannot hold a map without any: write .gpkg</source>
   <translation>es gibt keine Polygone, und „{0}“ kann keine Karte ohne Polygone enthalten: schreiben Sie .gpkg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there are {0}</source>
   <translation>vorhanden sind {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is no file {0}{1}; check the path</source>
   <translation>die Datei {0} gibt es nicht{1}; prüfen Sie den Pfad</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is no folder {0} either</source>
   <translation>auch den Ordner {0} gibt es nicht</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is no vocabulary {0}{1} and no such file; built in are {2}</source>
   <translation>es gibt kein Vokabular {0}{1} und keine solche Datei; eingebaut sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is no vocabulary {0}{1} and no such file; built in are {2}; if it is meant as the only class, give it as a list: [{3}]</source>
   <translation>es gibt kein Vokabular {0}{1} und keine solche Datei; eingebaut sind {2}; wenn es als einzige Klasse gemeint ist, geben Sie es als Liste an: [{3}]</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is no vocabulary {0}{1} and no such file; built in are {2}{3}</source>
   <translation>es gibt kein Vokabular {0}{1} und keine solche Datei; eingebaut sind {2}{3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>there is none</source>
   <translation>es gibt keine</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>they share no valid pixel</source>
   <translation>sie haben kein gemeinsames gültiges Pixel</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>this looks like classes, not a name: give them as `classes`</source>
   <translation>dies sieht nach Klassen aus, nicht nach einem Namen: geben Sie sie als `classes` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>this model</source>
   <translation>dieses Modell</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>this model needs the Python package sentencepiece, which is not installed</source>
   <translation>dieses Modell braucht das Python-Paket sentencepiece, das nicht installiert ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>tiles were not written correctly</source>
   <translation>Kacheln wurden nicht richtig geschrieben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>timm cannot build the VFM '{0}' with {1}: {2}</source>
   <translation>timm kann das VFM „{0}“ mit {1} nicht erzeugen: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>timm cannot build {0} feature maps of '{1}': {2}</source>
   <translation>timm kann {0} Merkmalskarten von „{1}“ nicht erzeugen: {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>too few cells (below {0} of {1}) are sure of {2}, so the query stays that of the words; use other words, or examples</source>
   <translation>zu wenige Zellen (unter {0} von {1}) sind sicher {2}, daher bleibt die Anfrage die der Wörter; verwenden Sie andere Wörter oder Beispiele</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unfinished map</source>
   <translation>unfertige Karte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown backend '{0}': give auto, torch or openvino</source>
   <translation>unbekanntes Backend „{0}“: geben Sie auto, torch oder openvino an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown blend '{0}': give hann or uniform</source>
   <translation>unbekannte Überblendung „{0}“: geben Sie hann oder uniform an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown device '{0}': give auto, cpu, cuda, cuda:0 … or mps</source>
   <translation>unbekanntes Gerät „{0}“: geben Sie auto, cpu, cuda, cuda:0 … oder mps an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown entry {0}{1}</source>
   <translation>unbekannter Eintrag {0}{1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown model {0}{1}; known: {2}; or give the path of a model card (.toml)</source>
   <translation>unbekanntes Modell {0}{1}; bekannt sind: {2}; oder geben Sie den Pfad einer Modellkarte (.toml) an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown precision '{0}': give auto, {1}</source>
   <translation>unbekannte Rechengenauigkeit „{0}“: geben Sie auto, {1} an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown template set {0}{1}; there are {2}</source>
   <translation>unbekannter Vorlagensatz {0}{1}; vorhanden sind {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>unknown template set {0}{1}; there are {2}; a sentence needs a {{}} for the word</source>
   <translation>unbekannter Vorlagensatz {0}{1}; vorhanden sind {2}; ein Satz braucht {{}} für das Wort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>use a finer raster, or classes that are visible at this scale</source>
   <translation>verwenden Sie ein feineres Raster, oder Klassen, die in diesem Maßstab sichtbar sind</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>value {0}</source>
   <translation>Wert {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>value {0} of the truth</source>
   <translation>Wert {0} der Referenz</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>values of the palette</source>
   <translation>Werte der Palette</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>values of the truth that are ignored, unlabelled or not in the mapping: {0}</source>
   <translation>Werte der Referenz, die ignoriert, ohne Label oder nicht in der Zuordnung sind: {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>vocabulary '{0}' is already adapted to scene '{1}'; use it without `adapt`, or give the words that it was made from</source>
   <translation>das Vokabular „{0}“ ist schon an die Szene „{1}“ angepasst; verwenden Sie es ohne `adapt`, oder geben Sie die Wörter an, aus denen es entstand</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>vocabulary '{0}' was learned from examples or labels, which say more than adapting; use it without `adapt`</source>
   <translation>das Vokabular „{0}“ wurde aus Beispielen oder Labels gelernt, die mehr sagen als die Anpassung; verwenden Sie es ohne `adapt`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>vocabulary '{0}' was {1} with {2}, whose features differ from those of model '{3}'; adapt its words again on a raster that this model encoded</source>
   <translation>das Vokabular „{0}“ wurde {1} mit {2}, dessen Merkmale andere sind als die des Modells „{3}“; passen Sie seine Wörter neu an, auf einem Raster, das dieses Modell kodiert hat</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>vocabulary '{0}' was {1} with {2}, whose features differ from those of model '{3}'; learn it again from examples on a raster that this model encoded</source>
   <translation>das Vokabular „{0}“ wurde {1} mit {2}, dessen Merkmale andere sind als die des Modells „{3}“; lernen Sie es neu aus Beispielen, auf einem Raster, das dieses Modell kodiert hat</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>window multiple {0} is not a multiple of the lattice step {1}</source>
   <translation>das Fenstervielfache {0} ist kein Vielfaches des Gitterschritts {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>window, stride and core must be multiples of the step {0}</source>
   <translation>Fenster, Schrittweite und Kern müssen Vielfache des Gitterschritts {0} sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>windows</source>
   <translation>Fenster</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>windows of {0} every {1} pixels do not cover a raster of {2}</source>
   <translation>Fenster von {0} alle {1} Pixel bedecken ein Raster von {2} nicht</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>words</source>
   <translation>Wörter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>write</source>
   <translation>schreiben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>zones {0}</source>
   <translation>Zonen {0}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>zones {0} have a name of {1} letters in column '{2}', but the limit is {3}</source>
   <translation>die Zonen {0} haben einen Namen mit {1} Buchstaben im Feld „{2}“, der Grenzwert ist aber {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>zones {0}: feature {1} is no polygon; remove it, or give polygons only</source>
   <translation>Zonen {0}: Objekt {1} ist kein Polygon; entfernen Sie es, oder geben Sie nur Polygone an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} % of the cells under the examples get their class</source>
   <translation>{0} % der Zellen unter den Beispielen erhalten deren Klasse</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} % of the picture is black; {1}, or say by `nodata` what is no data</source>
   <translation>{0} % des Bildes sind schwarz; {1}, oder geben Sie als `nodata` an, wo keine Daten sind</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} % of the picture is white; {1}, or say by `nodata` what is no data</source>
   <translation>{0} % des Bildes sind weiß; {1}, oder geben Sie als `nodata` an, wo keine Daten sind</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} ({1} pixels)</source>
   <translation>{0} ({1} Pixel)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} GB of memory are not enough: this model needs {1} GB with the smallest blocks</source>
   <translation>{0} GB Arbeitsspeicher reichen nicht: dieses Modell braucht {1} GB mit den kleinsten Blöcken</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} already holds an embedding that differs in {1}; pass overwrite=True to replace it, or choose another place</source>
   <translation>{0} enthält schon ein Embedding mit anderen Einstellungen ({1}); wählen Sie overwrite=True, um es zu ersetzen, oder einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} and {1} do not overlap: the labels cover {2}, the truth {3}; give the truth of the same area, or check the CRS of both</source>
   <translation>{0} und {1} überlappen nicht: die Labels bedecken {2}, die Referenz {3}; geben Sie die Referenz derselben Fläche an, oder prüfen Sie das KBS beider</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} and {1} hold more than {2} different pairs of values; give rasters of class values</source>
   <translation>{0} und {1} enthalten mehr als {2} verschiedene Paare von Werten; geben Sie Raster mit Klassenwerten an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} and {1} would have results of one name, '{2}'; segment one of them into another directory</source>
   <translation>{0} und {1} hätten Ergebnisse gleichen Namens, „{2}“; segmentieren Sie eines davon in einen anderen Ordner</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} bands, as {1} has</source>
   <translation>{0} Kanäle wie {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} candidates are too few to rank; pass at least 3, better a dozen</source>
   <translation>{0} Kandidaten sind zu wenige für eine Rangfolge; geben Sie mindestens 3 an, besser ein Dutzend</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be downloaded ({1}); check the URL, the connection and your credentials</source>
   <translation>{0} kann nicht heruntergeladen werden ({1}); prüfen Sie die URL, die Verbindung und Ihre Zugangsdaten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be opened as a raster ({1})</source>
   <translation>{0} kann nicht als Raster geöffnet werden ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be opened as a raster ({1}); check the connection, your credentials, and the URL, which may lead to a login page</source>
   <translation>{0} kann nicht als Raster geöffnet werden ({1}); prüfen Sie die Verbindung, Ihre Zugangsdaten und die URL, die vielleicht zu einer Anmeldeseite führt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be opened as a raster ({1}); give a file that GDAL can read, e.g. a GeoTIFF</source>
   <translation>{0} kann nicht als Raster geöffnet werden ({1}); geben Sie eine Datei an, die GDAL lesen kann, z. B. ein GeoTIFF</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be reached ({1}); choose another place</source>
   <translation>{0} ist nicht erreichbar ({1}); wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be reached ({1}: {2}); check the connection and your credentials</source>
   <translation>{0} ist nicht erreichbar ({1}: {2}); prüfen Sie die Verbindung und Ihre Zugangsdaten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read ({1}); give a GeoPackage</source>
   <translation>{0} kann nicht gelesen werden ({1}); geben Sie ein GeoPackage an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read ({1}); give a GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase</source>
   <translation>{0} kann nicht gelesen werden ({1}); geben Sie GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML oder File-Geodatabase an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read in rows {1}–{2}, columns {3}–{4} ({5}); the file may be damaged: copy or create it again</source>
   <translation>{0} kann in den Zeilen {1}–{2}, Spalten {3}–{4} nicht gelesen werden ({5}); die Datei ist vielleicht beschädigt: kopieren oder erzeugen Sie sie noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read over {1}; give a path, or a URL with http, https, s3, gs or az</source>
   <translation>{0} kann nicht über {1} gelesen werden; geben Sie einen Pfad an oder eine URL mit http, https, s3, gs oder az</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read: it is a folder, device or pipe; give a file</source>
   <translation>{0} kann nicht gelesen werden: es ist ein Ordner, Gerät oder eine Pipe; geben Sie eine Datei an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read: {1}</source>
   <translation>{0} kann nicht gelesen werden: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be read: {1}; check its path and permissions</source>
   <translation>{0} kann nicht gelesen werden: {1}; prüfen Sie Pfad und Berechtigungen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be reprojected ({1})</source>
   <translation>{0} kann nicht reprojiziert werden ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} cannot be reprojected without a CRS</source>
   <translation>{0} kann ohne KBS nicht reprojiziert werden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} classes are more than the limit of {1}; give fewer</source>
   <translation>{0} Klassen sind mehr als der Grenzwert {1}; geben Sie weniger an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} classes have too many pairs; compare maps of up to 254 classes</source>
   <translation>{0} Klassen ergeben zu viele Paare; vergleichen Sie Karten mit bis zu 254 Klassen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} components are stored as features of length {1}</source>
   <translation>{0} Hauptkomponenten sind als Merkmale der Länge {1} gespeichert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} components do not fit features of {1} numbers; pass 1 to {2}, e.g. {3}</source>
   <translation>{0} Hauptkomponenten passen nicht zu Merkmalen aus {1} Zahlen; geben Sie 1 bis {2} an, z. B. {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} contradicts the model '{1}', which is already loaded with {2}; leave it out, or load the model with it</source>
   <translation>{0} widerspricht dem Modell „{1}“, das schon mit {2} geladen ist; lassen Sie es weg, oder laden Sie das Modell damit</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} does not exist; check the path</source>
   <translation>{0} gibt es nicht; prüfen Sie den Pfad</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} does not hold probabilities as this package writes them (per cent, one named band per class); write them with probabilities=True</source>
   <translation>{0} enthält keine Wahrscheinlichkeiten, wie dieses Programm sie schreibt (Prozent, ein benannter Kanal je Klasse); schreiben Sie sie mit probabilities=True</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} does not lie on the grid of {1}: rasters to merge need the same CRS, resolution and pixel corners</source>
   <translation>{0} liegt nicht auf dem Gitter von {1}: Raster, die vereint werden, brauchen dasselbe KBS, dieselbe Auflösung und dieselben Pixelecken</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} entries {1}, e.g. {2}</source>
   <translation>{0} Einträge {1}, z. B. {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} exist; pass overwrite=True to replace, or write to another place</source>
   <translation>{0} existieren; wählen Sie overwrite=True, um sie zu ersetzen, oder einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} exists and cannot be resumed: {1}; pass overwrite=True to replace it, or choose another place</source>
   <translation>{0} existiert und kann nicht fortgesetzt werden: {1}; wählen Sie overwrite=True, um es zu ersetzen, oder einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} exists; pass overwrite=True to replace, or write to another place</source>
   <translation>{0} existiert; wählen Sie overwrite=True, um es zu ersetzen, oder einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} failed: memory ran out{1}</source>
   <translation>{0} ist gescheitert: der Arbeitsspeicher reichte nicht{1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has a table [{1}]</source>
   <translation>{0} hat eine Tabelle [{1}]</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has an empty list of words; give at least one word</source>
   <translation>{0} hat eine leere Liste von Wörtern; geben Sie mindestens ein Wort an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has an unknown scheme '{1}'; give a path, or a URL with http, https, ftp, s3, gs or az</source>
   <translation>{0} hat ein unbekanntes Schema „{1}“; geben Sie einen Pfad an oder eine URL mit http, https, ftp, s3, gs oder az</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has both ',' and ';': {1}; it is one class, so separate its synonyms by one of them, and give other classes a line or an entry of their own</source>
   <translation>{0} hat sowohl ',' als auch ';': {1}; es ist eine Klasse, trennen Sie daher ihre Synonyme mit einem davon, und geben Sie anderen Klassen eine eigene Zeile oder einen eigenen Eintrag</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has both 'synonyms' (beside the name) and 'words' (in place of the name); drop one</source>
   <translation>{0} hat sowohl 'synonyms' (neben dem Namen) als auch 'words' (statt des Namens); entfernen Sie eines</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has both {1}: give one</source>
   <translation>{0} hat sowohl {1}: geben Sie nur eines an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has more than {1} MiB, the limit of a download</source>
   <translation>{0} hat mehr als {1} MiB, den Grenzwert eines Downloads</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has more than {1} STAC items or {2} pages; narrow the search</source>
   <translation>{0} hat mehr als {1} STAC-Items oder {2} Seiten; schränken Sie die Suche ein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no CRS, but the other raster has</source>
   <translation>{0} hat kein KBS, das andere Raster hat aber eines</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no CRS: coordinates of {1} are taken as those of {2}</source>
   <translation>{0} hat kein KBS: die Koordinaten von {1} werden als die von {2} genommen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no CRS: polygons will have no areas in m²</source>
   <translation>{0} hat kein KBS: Polygone werden keine Flächen in m² haben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no column '{1}'{2}; name another by `field`: {3}</source>
   <translation>{0} hat kein Feld „{1}“{2}; nennen Sie ein anderes mit `field`: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no column '{1}'{2}; name another by `truth_field`: {3}</source>
   <translation>{0} hat kein Feld „{1}“{2}; nennen Sie ein anderes mit `truth_field`: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no column '{1}'{2}; name another by `zone_field`: {3}</source>
   <translation>{0} hat kein Feld „{1}“{2}; nennen Sie ein anderes mit `zone_field`: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no layer '{1}'{2}; there are: {3}</source>
   <translation>{0} hat keinen Layer „{1}“{2}; vorhanden sind: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has no numbers, or infinite ones; learn it again from examples</source>
   <translation>{0} hat keine oder unendliche Zahlen; lernen Sie es neu aus Beispielen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has sha256 {1}, expected {2} by {3}: the file is damaged or another one</source>
   <translation>{0} hat sha256 {1}, erwartet wird {2} nach {3}: die Datei ist beschädigt oder eine andere</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has the format {1}, which is not read; give a GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase</source>
   <translation>{0} hat das Format {1}, das nicht gelesen wird; geben Sie GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML oder File-Geodatabase an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has too few entries</source>
   <translation>{0} hat zu wenige Einträge</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} bands, but labels are one band of class values</source>
   <translation>{0} hat {1} Kanäle, Labels sind aber ein Kanal mit Klassenwerten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} bytes, and the limit is {2}; save the part that is needed</source>
   <translation>{0} hat {1} Bytes, der Grenzwert ist {2}; speichern Sie nur den nötigen Teil</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} bytes, more than the limit of {2}; check that it is the right file</source>
   <translation>{0} hat {1} Bytes, mehr als der Grenzwert {2}; prüfen Sie, ob es die richtige Datei ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} ground control points and no transform; an affine fit leaves {2} px (RMS)</source>
   <translation>{0} hat {1} Passpunkte und keine Transformation; eine affine Anpassung lässt {2} px (RMS) übrig</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} ground control points and no transform; an affine fit leaves {2} px (RMS), which may be too much</source>
   <translation>{0} hat {1} Passpunkte und keine Transformation; eine affine Anpassung lässt {2} px (RMS) übrig, vielleicht zu viel</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} layers that could be meant: {2}; name one: {3}|layername={4}</source>
   <translation>{0} hat {1} Layer, die gemeint sein können: {2}; nennen Sie einen: {3}|layername={4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} layers, and the limit is {2}</source>
   <translation>{0} hat {1} Layer, der Grenzwert ist {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} letters, but the limit is {2}; shorten it</source>
   <translation>{0} hat {1} Buchstaben, der Grenzwert ist aber {2}; kürzen Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} has {1} vertices, and the limit is {2}; simplify it</source>
   <translation>{0} hat {1} Stützpunkte, der Grenzwert ist {2}; vereinfachen Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds a control character; remove it</source>
   <translation>{0} enthält ein Steuerzeichen; entfernen Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds an unfinished map that differs in {1}; repeat the command of that run to finish it, pass overwrite=True to discard it, or choose another place</source>
   <translation>{0} enthält eine unfertige Karte mit anderen Einstellungen ({1}); wiederholen Sie jenen Lauf, um sie fertigzustellen, wählen Sie overwrite=True, um sie zu verwerfen, oder einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds broken shapes only, e.g. rings of one point; repair it, e.g. in QGIS</source>
   <translation>{0} enthält nur defekte Formen, z. B. Ringe aus einem Punkt; reparieren Sie es, z. B. in QGIS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds more than {1} different values and names none of them: it looks like an image, not labels; pass the label raster of a run (…_labels.tif), or name the classes by a `vocabulary`</source>
   <translation>{0} enthält mehr als {1} verschiedene Werte und benennt keinen davon: es sieht wie ein Bild aus, nicht wie Labels; geben Sie das Klassenraster eines Laufs an (…_labels.tif), oder benennen Sie die Klassen durch ein `vocabulary`</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds more than {1} features, the limit; save those that are needed</source>
   <translation>{0} enthält mehr als {1} Objekte, den Grenzwert; speichern Sie nur die nötigen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds no geometry as WKB, which is the encoding that is read; give a GeoPackage</source>
   <translation>{0} enthält keine Geometrie als WKB, die einzige Kodierung, die gelesen wird; geben Sie ein GeoPackage an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds no polygon; give a file with one</source>
   <translation>{0} enthält kein Polygon; geben Sie eine Datei mit einem an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds no raster; a vector file can be the area of interest (`aoi`), the image must be a raster</source>
   <translation>{0} enthält kein Raster; eine Vektordatei kann die Fläche (`aoi`) sein, das Bild muss ein Raster sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds no raster; give a file, or a folder or pattern that matches some</source>
   <translation>{0} enthält kein Raster; geben Sie eine Datei an, oder einen Ordner oder ein Muster, zu dem es welche gibt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds no shape; give a file with one</source>
   <translation>{0} enthält keine Form; geben Sie eine Datei mit einer an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds results of a run that differs in {1}; pass overwrite=True to replace them, or choose another directory</source>
   <translation>{0} enthält Ergebnisse eines Laufs mit anderen Einstellungen ({1}); wählen Sie overwrite=True, um sie zu ersetzen, oder einen anderen Ordner</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds text that is not UTF-8 ({1}); save it as UTF-8</source>
   <translation>{0} enthält Text, der nicht UTF-8 ist ({1}); speichern Sie ihn als UTF-8</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds text that is not valid Unicode, or a number that is too large</source>
   <translation>{0} enthält Text, der kein gültiges Unicode ist, oder eine zu große Zahl</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1} features of {2} bytes, and the limits are {3} and {4}; save those that are needed</source>
   <translation>{0} enthält {1} Objekte mit {2} Bytes, und die Grenzwerte sind {3} und {4}; speichern Sie nur die nötigen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1} files of {2} MiB, and the limits are {3} files and {4} MiB; unpack it, and give the file in it</source>
   <translation>{0} enthält {1} Dateien mit {2} MiB, und die Grenzwerte sind {3} Dateien und {4} MiB; entpacken Sie es, und geben Sie die Datei darin an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1} labels, and polygons need 32 bits or fewer</source>
   <translation>{0} enthält {1}-Labels, und Polygone brauchen 32 Bit oder weniger</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1} model cards (*.toml); name the card itself</source>
   <translation>{0} enthält {1} Modellkarten (*.toml); geben Sie die Modellkarte selbst an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1}, not labels: labels are integers</source>
   <translation>{0} enthält {1}, keine Labels: Labels sind ganze Zahlen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} holds {1}; unpack it, and give the one that is meant</source>
   <translation>{0} enthält {1}; entpacken Sie es, und geben Sie die gemeinte an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is GeoJSON without STAC items; a vector file can be the area of interest (`aoi`), the image must be a raster</source>
   <translation>{0} ist GeoJSON ohne STAC-Items; eine Vektordatei kann die Fläche (`aoi`) sein, das Bild muss ein Raster sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a Parquet file without geometry; give a GeoParquet</source>
   <translation>{0} ist eine Parquet-Datei ohne Geometrie; geben Sie ein GeoParquet an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a STAC {1}; give an item, an item collection, or the URL of a search at a STAC API (…/collections/NAME/items?bbox=…)</source>
   <translation>{0} ist vom STAC-Typ „{1}“; geben Sie ein Item, eine Sammlung von Items oder die URL einer Suche bei einer STAC-API an (…/collections/NAME/items?bbox=…)</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a VRT of VRTs, or larger than 16 MiB; give the file that is meant</source>
   <translation>{0} ist ein VRT aus VRTs oder größer als 16 MiB; geben Sie die gemeinte Datei an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a VRT that names '{1}'; it may name files of this machine only</source>
   <translation>{0} ist ein VRT, das „{1}“ nennt; es darf nur Dateien dieses Rechners nennen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a VRT with SQL, options or entities, which are not used; save it as a GeoPackage</source>
   <translation>{0} ist ein VRT mit SQL, Optionen oder Entities, die nicht verwendet werden; speichern Sie es als GeoPackage</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a Zarr group, but not a (finished) embedding; encode the raster again with overwrite=True</source>
   <translation>{0} ist eine Zarr-Gruppe, aber kein (fertiges) Embedding; kodieren Sie das Raster neu mit overwrite=True</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a device or pipe, not a file; write the raster to a file first</source>
   <translation>{0} ist ein Gerät oder eine Pipe, keine Datei; schreiben Sie das Raster zuerst in eine Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a device or pipe; give a file</source>
   <translation>{0} ist ein Gerät oder eine Pipe; geben Sie eine Datei an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a directory; give the raster file inside it</source>
   <translation>{0} ist ein Ordner; geben Sie die Rasterdatei darin an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a folder; give a file in it that ends in {1}</source>
   <translation>{0} ist ein Ordner; geben Sie eine Datei darin an, die auf {1} endet</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a folder; give the file in it ({1})</source>
   <translation>{0} ist ein Ordner; geben Sie die Datei darin an ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a name of a file system of GDAL; give a path, or an http(s) URL</source>
   <translation>{0} ist ein Name eines Dateisystems von GDAL; geben Sie einen Pfad oder eine URL mit http(s) an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a pointer of Git LFS to the raster; run git lfs pull</source>
   <translation>{0} ist ein Verweis von Git LFS auf das Raster; holen Sie es mit git lfs pull</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a side file or project; give the raster itself</source>
   <translation>{0} ist eine Nebendatei oder ein Projekt; geben Sie das Raster selbst an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a text file, not a raster; it begins with {1}; download it again</source>
   <translation>{0} ist eine Textdatei, kein Raster; sie beginnt mit {1}; laden Sie es noch einmal herunter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is a web page{1}, not a raster; the download may need a login: download it again with a browser</source>
   <translation>{0} ist eine Webseite{1}, kein Raster; der Download braucht vielleicht eine Anmeldung: laden Sie es mit einem Browser noch einmal herunter</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is already there and is no embedding, so it is not replaced; choose another place</source>
   <translation>{0} ist schon vorhanden und ist kein Embedding, daher wird es nicht ersetzt; wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is already there and is no overviews, so it is not replaced; choose another place</source>
   <translation>{0} ist schon vorhanden und enthält keine Übersichten, daher wird es nicht ersetzt; wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is already there and is no store, so it is not replaced; choose another place</source>
   <translation>{0} ist schon vorhanden und ist kein Speicher, daher wird es nicht ersetzt; wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is already there and is no unfinished map, so it is not replaced; choose another place</source>
   <translation>{0} ist schon vorhanden und ist keine unfertige Karte, daher wird es nicht ersetzt; wählen Sie einen anderen Ort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is an archive in which no raster can be read; unpack it, and give the raster</source>
   <translation>{0} ist ein Archiv, in dem kein Raster gelesen werden kann; entpacken Sie es, und geben Sie das Raster an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is an archive of {1} rasters; give one of them, e.g. {2}</source>
   <translation>{0} ist ein Archiv von {1} Rastern; geben Sie eines davon an, z. B. {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is an embedding of format {1}, and this version of proxyclip_geo reads format {2}; encode the raster again, or use the version that wrote it</source>
   <translation>{0} ist ein Embedding im Format {1}, diese Version von proxyclip_geo liest Format {2}; kodieren Sie das Raster neu, oder verwenden Sie die Version, die es geschrieben hat</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is blank; give a word or leave it out</source>
   <translation>{0} ist leer; geben Sie ein Wort an, oder lassen Sie es weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is blank; give a word, or remove the separator</source>
   <translation>{0} ist leer; geben Sie ein Wort an, oder entfernen Sie das Trennzeichen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is empty; give a GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase</source>
   <translation>{0} ist leer; geben Sie GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML oder File-Geodatabase an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is empty; give the name of a set, or sentences with a {{}} for the word</source>
   <translation>{0} ist leer; geben Sie den Namen eines Satzes an, oder Sätze mit {{}} für das Wort</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is missing</source>
   <translation>{0} fehlt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is nested too deeply</source>
   <translation>{0} ist zu tief geschachtelt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is nested too deeply, the limit is {1} lists and tables</source>
   <translation>{0} ist zu tief geschachtelt; der Grenzwert sind {1} Listen und Tabellen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is nested too deeply; a vocabulary is a list or a mapping of classes</source>
   <translation>{0} ist zu tief geschachtelt; ein Vokabular ist eine Liste oder Zuordnung von Klassen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is no file, but a device, pipe or broken link; copy the whole store again</source>
   <translation>{0} ist keine Datei, sondern ein Gerät, eine Pipe oder ein defekter Link; kopieren Sie den ganzen Speicher noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is no vector file, but a description or page ('{1}'); give a GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML or File Geodatabase</source>
   <translation>{0} ist keine Vektordatei, sondern eine Beschreibung oder Seite („{1}“); geben Sie GeoPackage, Shapefile, GeoJSON, FlatGeobuf, GeoParquet, KML, GML oder File-Geodatabase an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not Base64 of float32 numbers; learn it again from examples</source>
   <translation>{0} ist kein Base64 von float32-Zahlen; lernen Sie es neu aus Beispielen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not a finite number</source>
   <translation>{0} ist keine endliche Zahl</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not an embedding ({1}: {2})</source>
   <translation>{0} ist kein Embedding ({1}: {2})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not an store ({1}: {2})</source>
   <translation>{0} ist kein Speicher ({1}: {2})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not an unfinished map ({1}: {2})</source>
   <translation>{0} ist keine unfertige Karte ({1}: {2})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not georeferenced{1}: polygons will have no areas in m², and `gsd` cannot be used</source>
   <translation>{0} ist nicht georeferenziert{1}: Polygone werden keine Flächen in m² haben, und `gsd` kann nicht verwendet werden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not inside {1}, which has {2} rows and columns</source>
   <translation>{0} liegt nicht in {1} mit {2} Zeilen und Spalten</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not on this machine and the hub cannot be reached</source>
   <translation>{0} ist nicht auf diesem Rechner, und der Hub ist nicht erreichbar</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is not the raster that {1} was encoded from: they differ in {2}; give that `raster`, or encode this one</source>
   <translation>{0} ist nicht das Raster, aus dem {1} kodiert wurde: sie unterscheiden sich in {2}; geben Sie jenes als `raster` an, oder kodieren Sie dieses</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is outside 1–{1}: 0 is for unclassified pixels, 255 or 65535 for nodata; choose another or leave it out</source>
   <translation>{0} liegt nicht in 1–{1}: 0 ist für unklassifizierte Pixel, 255 oder 65535 für Nodata; wählen Sie einen anderen Wert, oder lassen Sie ihn weg</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is the name of a vocabulary, not of a class; give it as `vocabulary`</source>
   <translation>{0} ist der Name eines Vokabulars, nicht der einer Klasse; geben Sie es als `vocabulary` an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is too large for a number</source>
   <translation>{0} ist zu groß für eine Zahl</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} is {1}, for which GDAL has no driver here; convert it to a GeoTIFF in a program that reads it</source>
   <translation>{0} ist {1}, wofür GDAL hier keinen Treiber hat; wandeln Sie es mit einem Programm, das es liest, in ein GeoTIFF um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} label rasters and {1} rasters of the truth; give as many of both</source>
   <translation>{0} Klassenraster und {1} Raster der Referenz; geben Sie von beiden gleich viele an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} layers of width {1} are more than the limit</source>
   <translation>{0} Schichten der Breite {1} sind mehr als der Grenzwert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} may not be read by you; change its permissions</source>
   <translation>{0} darf von Ihnen nicht gelesen werden; ändern Sie die Berechtigungen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} more notes</source>
   <translation>{0} weitere Hinweise</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} more warnings of this kind, e.g.: {1}</source>
   <translation>{0} weitere Warnungen dieser Art, z. B.: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be '{1}'</source>
   <translation>{0} muss '{1}' sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be '{1}' or '{2}'</source>
   <translation>{0} muss '{1}' oder '{2}' sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be True or False</source>
   <translation>{0} muss True oder False sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a CRS as text, e.g. 'EPSG:4326'</source>
   <translation>{0} muss ein KBS als Text sein, z. B. 'EPSG:4326'</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a finite number</source>
   <translation>{0} muss eine endliche Zahl sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a list</source>
   <translation>{0} muss eine Liste sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a number</source>
   <translation>{0} muss eine Zahl sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a number of bytes, or a size such as 6GB, 800MB or 4GiB</source>
   <translation>{0} muss eine Anzahl von Bytes sein, oder eine Größe wie 6GB, 800MB oder 4GiB</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a number, or auto</source>
   <translation>{0} muss eine Zahl sein, oder auto</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a path</source>
   <translation>{0} muss ein Pfad sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a path or URL of 1 to {1} letters, without NUL</source>
   <translation>{0} muss ein Pfad oder eine URL mit 1 bis {1} Buchstaben sein, ohne NUL</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a path, URL or name of 1 to {1} letters, without NUL</source>
   <translation>{0} muss ein Pfad, eine URL oder ein Name mit 1 bis {1} Buchstaben sein, ohne NUL</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a point X,Y, e.g. 500100,4649300</source>
   <translation>{0} muss ein Punkt X,Y sein, z. B. 500100,4649300</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a table</source>
   <translation>{0} muss eine Tabelle sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be a whole number</source>
   <translation>{0} muss eine ganze Zahl sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be at least {1}</source>
   <translation>{0} muss mindestens {1} sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be at most {1}</source>
   <translation>{0} darf höchstens {1} sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be four numbers W,S,E,N: west, south, east, north in the raster's CRS</source>
   <translation>{0} müssen vier Zahlen W,S,O,N sein: West, Süd, Ost, Nord im KBS des Rasters</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be greater than {1}</source>
   <translation>{0} muss größer als {1} sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be less than {1}</source>
   <translation>{0} muss kleiner als {1} sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be limits such as 0,3000, percentiles such as 2%,98%, or a JSON file</source>
   <translation>{0} müssen Grenzen wie 0,3000, Perzentile wie 2%,98% oder eine JSON-Datei sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be one number, or three for red, green and blue</source>
   <translation>{0} muss eine Zahl sein, oder drei für Rot, Grün und Blau</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be one or three band numbers, from 1, e.g. 4,3,2</source>
   <translation>{0} müssen eine oder drei Kanalnummern sein, ab 1, z. B. 4,3,2</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be text</source>
   <translation>{0} muss Text sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be text or a list</source>
   <translation>{0} muss Text oder eine Liste sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be text or a list of words, not {1}</source>
   <translation>{0} muss Text oder eine Liste von Wörtern sein, nicht {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be text, not {1}; in YAML, put words such as 'no', 'on' or '12' in quotes</source>
   <translation>{0} muss Text sein, nicht {1}; setzen Sie in YAML Wörter wie 'no', 'on' oder '12' in Anführungszeichen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be the number of a band, from 1, or a raster file</source>
   <translation>{0} muss die Nummer eines Kanals sein, ab 1, oder eine Rasterdatei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be true or false</source>
   <translation>{0} muss wahr oder falsch sein</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must be words with "," between them, at most 10,000 of up to 200 letters</source>
   <translation>{0} müssen Wörter mit „,“ dazwischen sein, höchstens 10.000 mit bis zu 200 Buchstaben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must have at least {1} characters</source>
   <translation>{0} muss mindestens {1} Zeichen haben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must have at least {1} items, not {2}</source>
   <translation>{0} muss mindestens {1} Einträge haben, nicht {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must have at most {1} characters</source>
   <translation>{0} darf höchstens {1} Zeichen haben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must have at most {1} items</source>
   <translation>{0} darf höchstens {1} Einträge haben</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} must have at most {1} items, not {2}</source>
   <translation>{0} darf höchstens {1} Einträge haben, nicht {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} names no weights: give weights, hub or own</source>
   <translation>{0} nennt keine Gewichte: geben Sie weights, hub oder own an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} names no weights: give weights, hub or pretrained</source>
   <translation>{0} nennt keine Gewichte: geben Sie weights, hub oder pretrained an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} needs a package that is not installed</source>
   <translation>{0} braucht ein Paket, das nicht installiert ist</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} needs a package that is not installed ({1})</source>
   <translation>{0} braucht ein Paket, das nicht installiert ist ({1})</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} needs either architecture or config</source>
   <translation>{0} braucht entweder architecture oder config</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} needs pyarrow, which is not installed; give a GeoPackage</source>
   <translation>{0} braucht pyarrow, das nicht installiert ist; geben Sie ein GeoPackage an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of embedding {1} hold impossible values; it is damaged: encode the raster again with overwrite=True, or copy the whole store again</source>
   <translation>{0} des Embeddings {1} enthält unmögliche Werte; es ist beschädigt: kodieren Sie das Raster neu mit overwrite=True, oder kopieren Sie das ganze Embedding noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of embedding {1} hold impossible values; it is damaged: run the same command again</source>
   <translation>{0} des Embeddings {1} enthält unmögliche Werte; es ist beschädigt: starten Sie denselben Lauf noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} examples in {2} have nothing in column '{3}'; fill it in</source>
   <translation>{0} der {1} Beispiele in {2} haben nichts im Feld „{3}“; füllen Sie es aus</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} examples in {2} lie outside of {3} and are ignored</source>
   <translation>{0} der {1} Beispiele in {2} liegen außerhalb von {3} und werden ignoriert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} examples in {2} lie partly where {3} has no data, which does not count: {4}</source>
   <translation>{0} der {1} Beispiele in {2} liegen teilweise dort, wo {3} keine Daten hat; dieser Teil zählt nicht: {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} labels in {2} have nothing in column '{3}'; fill it in</source>
   <translation>{0} der {1} Labels in {2} haben nichts im Feld „{3}“; füllen Sie es aus</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} labels in {2} lie outside of {3} and are ignored</source>
   <translation>{0} der {1} Labels in {2} liegen außerhalb von {3} und werden ignoriert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} zones in {2} have nothing in column '{3}'; fill it in</source>
   <translation>{0} der {1} Zonen in {2} haben nichts im Feld „{3}“; füllen Sie es aus</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of the {1} zones in {2} lie outside of {3} and are ignored</source>
   <translation>{0} der {1} Zonen in {2} liegen außerhalb von {3} und werden ignoriert</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of {1} blocks failed and are without data: {2}{3}</source>
   <translation>{0} von {1} Blöcken sind gescheitert und haben keine Daten: {2}{3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of {1} blocks were done before</source>
   <translation>{0} von {1} Blöcken waren schon fertig</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of {1} label rasters have no truth of the same name, e.g. {2}; there are {3}</source>
   <translation>zu {0} von {1} Klassenrastern gibt es keine Referenz gleichen Namens, z. B. {2}; vorhanden sind {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} of {1} patches are {2} pixels or smaller; `min_area` merges them into their neighbours, and the map becomes easier to read and far smaller</source>
   <translation>{0} von {1} Flecken sind {2} Pixel groß oder kleiner; `min_area` vereint sie mit ihren Nachbarn, und die Karte wird leichter zu lesen und viel kleiner</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} pixels of a class are unclassified in the prediction and count as wrong</source>
   <translation>{0} Pixel einer Klasse sind in der Vorhersage unklassifiziert und zählen als falsch</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} pixels of the labels have nodata on one of the two sides</source>
   <translation>{0} Pixel der Labels haben auf einer der beiden Seiten Nodata</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} rasters, {1} …</source>
   <translation>{0} Raster, {1} …</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} says GELU</source>
   <translation>{0}: GELU</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} says QuickGELU</source>
   <translation>{0}: QuickGELU</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} that begins in line {1}</source>
   <translation>{0}, beginnend in Zeile {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} was removed or damaged while it was read: block {1} (rows {2}–{3}, columns {4}–{5}) is missing; run the same command again</source>
   <translation>{0} wurde während des Lesens entfernt oder beschädigt: Block {1} (Zeilen {2}–{3}, Spalten {4}–{5}) fehlt; starten Sie denselben Lauf noch einmal</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} was removed or damaged while it was written, {1} blocks are missing; repeat the command</source>
   <translation>{0} wurde während des Schreibens entfernt oder beschädigt, {1} Blöcke fehlen; wiederholen Sie den Lauf</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} was removed or damaged while it was written: {1}</source>
   <translation>{0} wurde während des Schreibens entfernt oder beschädigt: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} words are more than the limit of {1}</source>
   <translation>{0} Wörter sind mehr als der Grenzwert {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} words that the model knows are too few to name {1} clusters; give more words</source>
   <translation>{0} Wörter, die das Modell kennt, sind zu wenige, um {1} Cluster zu benennen; geben Sie mehr Wörter an</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} {1} and {2} {3} have no CRS and different grids, so they cannot be aligned</source>
   <translation>{0} {1} und {2} {3} haben kein KBS und verschiedene Gitter und können daher nicht ausgerichtet werden</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} × {1} blocks exceed the limit of {2}</source>
   <translation>{0} × {1} Blöcke überschreiten den Grenzwert {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0} × {1} px are {2} blocks of {3} px, more than {4}</source>
   <translation>{0} × {1} px sind {2} Blöcke von {3} px, mehr als {4}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, a part of {1}, is a device or pipe; remove or rename it</source>
   <translation>{0}, ein Teil von {1}, ist ein Gerät oder eine Pipe; entfernen Sie es, oder benennen Sie es um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, a side file of raster {1}, is a device or pipe; remove or rename it</source>
   <translation>{0}, eine Nebendatei des Rasters {1}, ist ein Gerät oder eine Pipe; entfernen Sie sie, oder benennen Sie sie um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, by its name</source>
   <translation>{0}, nach seinem Namen</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, line {1}, column {2}: malformed JSON: {3}</source>
   <translation>{0}, Zeile {1}, Spalte {2}: fehlerhaftes JSON: {3}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, line {1}: this is not UTF-8 text; save the file as UTF-8</source>
   <translation>{0}, Zeile {1}: dies ist kein Text in UTF-8; speichern Sie die Datei als UTF-8</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, which was written when the file was fetched</source>
   <translation>{0}, geschrieben beim Herunterladen der Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}, which {1} names,</source>
   <translation>{0}, das {1} nennt,</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: '{1}' is not supported; save the features that are needed to a file</source>
   <translation>{0}: „{1}“ wird nicht unterstützt; speichern Sie die nötigen Objekte in eine Datei</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: a card of kind '{1}' has {2}</source>
   <translation>{0}: eine Modellkarte der Art „{1}“ {2}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: a heat map is a GeoTIFF; give a name that ends in .tif</source>
   <translation>{0}: eine Heatmap ist ein GeoTIFF; wählen Sie einen Namen mit der Endung .tif</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: a vocabulary file ends in {1}, not {2}; convert or rename it</source>
   <translation>{0}: eine Vokabulardatei endet auf {1}, nicht {2}; wandeln Sie sie um, oder benennen Sie sie um</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: a vocabulary is written as .yaml or .json, not as {1}</source>
   <translation>{0}: ein Vokabular wird als .yaml oder .json geschrieben, nicht als {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: feature {1} has the coordinates {2}, {3}, and the limit is {4}; correct or remove it</source>
   <translation>{0}: Objekt {1} hat die Koordinaten {2}, {3}, und der Grenzwert ist {4}; korrigieren oder entfernen Sie es</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: feature {1} is a TIN, which is not read; convert it to polygons, e.g. in QGIS</source>
   <translation>{0}: Objekt {1} ist ein TIN, das nicht gelesen wird; wandeln Sie es in Polygone um, z. B. in QGIS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: feature {1} is a polyhedral surface, which is not read; convert it to polygons, e.g. in QGIS</source>
   <translation>{0}: Objekt {1} ist eine Polyederfläche, die nicht gelesen wird; wandeln Sie sie in Polygone um, z. B. in QGIS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: feature {1} is a triangle, which is not read; convert it to polygons, e.g. in QGIS</source>
   <translation>{0}: Objekt {1} ist ein Dreieck, das nicht gelesen wird; wandeln Sie es in Polygone um, z. B. in QGIS</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: places are written as .gpkg or .geojson, not as '{1}'</source>
   <translation>{0}: Stellen werden als .gpkg oder .geojson geschrieben, nicht als „{1}“</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}: {1} broken shapes are ignored, e.g. feature {2}; a ring needs 4 points</source>
   <translation>{0}: {1} defekte Formen werden ignoriert, z. B. Objekt {2}; ein Ring braucht 4 Punkte</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}; stretch limits are stored values, {1}</source>
   <translation>{0}; Grenzen der Streckung sind gespeicherte Werte, {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}malformed YAML: {1}</source>
   <translation>{0}fehlerhaftes YAML: {1}</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}nested too deeply</source>
   <translation>{0}zu tief geschachtelt</translation>
  </message>
  <message>
   <location filename="../messages.json" />
   <source>{0}{1}: malformed YAML: {2}</source>
   <translation>{0}{1}: fehlerhaftes YAML: {2}</translation>
  </message>
  <message>
   <location filename="../open_files.py" />
   <source>Layer “{}” has unsaved edits. Save or discard them first.</source>
   <translation>Layer „{}“ hat ungespeicherte Änderungen. Speichern oder verwerfen Sie sie zuerst.</translation>
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
